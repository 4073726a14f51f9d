// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words of the command line, all in one file: CLI11 takes longer to compile than all that is
// done with it.
#include "hook/command_line.hpp"

#include "hook/commands.hpp"
#include "hook/trial.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>

namespace handoff {
namespace {

/// What the person asked for; returns the exit code.
using Command = std::function<int()>;

constexpr int wrong_usage = 2;

/// The subcommand fills a request of its own, which is given to `run` when it was asked for.
template <typename Request>
std::shared_ptr<Request> request_of(CLI::App* subcommand, Command& command,
                                    int (*run)(const Request&)) {
    auto request = std::make_shared<Request>();
    subcommand->callback(
        [request, run, &command] { command = [request, run] { return run(*request); }; });
    return request;
}

void add_connect(CLI::App* subcommand, std::string& uri) {
    subcommand->add_option("--connect", uri, "libvirt's daemon")
        ->type_name("URI")
        ->capture_default_str();
}

void add_json(CLI::App* subcommand, bool& json) {
    subcommand->add_flag("--json", json, "One JSON document");
}

void add_list(CLI::App& app, Command& command) {
    CLI::App* list = app.add_subcommand(
        "list", "Names every GPU, who uses it, and whether it can be handed over");
    const auto request = request_of(list, command, run_list);
    add_connect(list, request->uri);
    add_json(list, request->json);
}

void add_doctor(CLI::App& app, Command& command) {
    CLI::App* doctor = app.add_subcommand(
        "doctor",
        "Checks all that a handoff depends on, and says what to do about what is wrong: firmware, "
        "IOMMU, cards and their drivers, leftovers of older setups, libvirt and the hook, and a "
        "domain. Changes nothing. Exit code 1 if a check failed.");
    const auto request = request_of(doctor, command, run_doctor);
    doctor->add_option("domain", request->domain, "Checks this domain too, by name or uuid");
    doctor
        ->add_option("--save", request->directory,
                     "Writes what the checks read into a new directory, for a bug report: without "
                     "serial numbers, network addresses, and names of host and user")
        ->type_name("DIR");
    add_connect(doctor, request->uri);
    add_json(doctor, request->json);
}

void add_setup(CLI::App& app, Command& command) {
    CLI::App* setup =
        app.add_subcommand("setup", "Gives a domain a graphics card: its XML and its file");
    setup->footer(
        "Adds all functions of the card to the domain as one PCI device, leaves a mark in its\n"
        "<metadata>, and writes /etc/gpu-handoff/domains/DOMAIN.toml if it is not there. What it\n"
        "will change in the domain's XML is shown first; the XML as it was is kept in\n"
        "/var/lib/gpu-handoff/backups. What is there already is not added again. The domain must\n"
        "be persistent and shut off.");
    const auto request = request_of(setup, command, run_setup);
    setup->add_option("domain", request->domain, "The domain, by name or uuid")->required();
    CLI::Option* gpu = setup->add_option("--gpu", request->gpu,
                                         "The card's PCI address, 0000:01:00.0; needed when "
                                         "there is more than one, and nobody to ask");
    CLI::Option* keyboard = setup->add_option(
        "--keyboard", request->keyboard,
        "Shares this keyboard with the guest (/dev/input/by-id/...-event-kbd); both Ctrl keys "
        "together give keyboard and mouse to the other side");
    CLI::Option* mouse = setup->add_option(
        "--mouse", request->mouse, "Shares this mouse (/dev/input/by-id/...-event-mouse) with it");
    mouse->needs(keyboard);
    CLI::Option* hide = setup->add_flag(
        "--hide-kvm", request->hide_kvm,
        "Hides KVM from the guest's driver, with a vendor id of its own (old NVIDIA drivers)");
    setup->add_flag("--dry-run", request->dry_run, "Shows what would change, and changes nothing");
    setup
        ->add_flag("--remove", request->remove,
                   "Takes back what setup added, and nothing else; the file too, unless somebody "
                   "has changed it")
        ->excludes(gpu)
        ->excludes(keyboard)
        ->excludes(mouse)
        ->excludes(hide);
    setup->add_flag("-y,--yes", request->yes, "Does not ask");
    add_connect(setup, request->uri);
}

void add_plan(CLI::App& app, Command& command) {
    CLI::App* plan = app.add_subcommand(
        "plan", "Says what a start of the domain would do now, or what would refuse it");
    const auto request = request_of(plan, command, run_plan);
    plan->add_option("domain", request->domain, "Name or uuid")->required();
    add_connect(plan, request->uri);
    add_json(plan, request->json);
}

void add_status(CLI::App& app, Command& command) {
    CLI::App* status = app.add_subcommand(
        "status", "Says where each GPU is, what is under way, and what was left behind");
    const auto request = request_of(status, command, run_status);
    add_json(status, request->json);
}

void add_try(CLI::App& app, Command& command) {
    CLI::App* sub = app.add_subcommand(
        "try", "Starts a domain that ends by itself after a while, for the first attempt");
    sub->footer("After that time the guest is asked to shut down as by its power button, 30\n"
                "seconds later it is ended, and the host has its card and its desktop back, also\n"
                "when the session in which this was typed is over. gpu-handoff keep, over ssh,\n"
                "lets the domain run on. gpu-handoff history tells afterwards what happened.");
    const auto request = request_of(sub, command, run_try);
    sub->add_option("domain", request->domain, "The domain, by name or uuid")->required();
    sub->add_option_function<std::string>(
           "--for",
           [request](const std::string& text) {
               const std::optional<std::chrono::seconds> time = parse_trial_time(text);
               if (!time)
                   throw CLI::ValidationError("--for", "'" + text +
                                                           "' is no time from 10 s to 1 h: write "
                                                           "it as 90, 90s or 3min");
               request->time = *time;
           },
           "How long it runs: 90, 90s, 3min; 10 s to 1 h")
        ->type_name("TIME")
        ->default_str(std::to_string(request->time.count()) + "s");
    add_connect(sub, request->uri);
}

void add_keep(CLI::App& app, Command& command) {
    CLI::App* keep =
        app.add_subcommand("keep", "Lets a domain that gpu-handoff try has started run on");
    const auto request = request_of(keep, command, run_keep);
    keep->add_option("domain", request->domain, "Only this one, by name or uuid; else all of them");
}

void add_recover(CLI::App& app, Command& command) {
    CLI::App* recover = app.add_subcommand(
        "recover", "Gives back what a handoff left behind; leaves running domains alone");
    const auto request = request_of(recover, command, run_recover);
    recover->add_option("domain", request->domain, "Only this domain, by name or uuid");
    add_json(recover, request->json);
}

void add_reserve(CLI::App& app, Command& command) {
    CLI::App* reserve = app.add_subcommand(
        "reserve", "Keeps desktops off a GPU; programs can still render and compute on it");
    const auto request = request_of(reserve, command, run_reserve);
    reserve->add_option("gpu", request->gpu, "Its PCI address: 0000:01:00.0")->required();
    reserve->add_flag("--remove", request->remove, "Lets desktops use it again");
    add_json(reserve, request->json);
}

void add_history(CLI::App& app, Command& command) {
    CLI::App* history = app.add_subcommand(
        "history", "Shows the last handoffs: how they came out, and what took how long");
    const auto request = request_of(history, command, run_history);
    history->add_option("domain", request->domain, "Only of this domain, by name or uuid");
    history->add_flag("--all", request->all, "All that are remembered, and not the last ten");
    add_json(history, request->json);
}

} // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app(
        "Gives a graphics card to a virtual machine while the computer runs, and gets it back.",
        "gpu-handoff");
    app.require_subcommand(1);
    Command command;
    add_list(app, command);
    add_doctor(app, command);
    add_setup(app, command);
    add_plan(app, command);
    add_status(app, command);
    add_try(app, command);
    add_keep(app, command);
    add_recover(app, command);
    add_reserve(app, command);
    add_history(app, command);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : wrong_usage;
    }
    return command();
}

} // namespace handoff
