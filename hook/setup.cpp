// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/commands.hpp"
#include "hook/run_setup.hpp"

#include <CLI/CLI.hpp>
#include <memory>

namespace handoff {

void add_setup(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<SetupRequest>();
    const auto remove = std::make_shared<bool>(false);
    CLI::App* setup =
        app.add_subcommand("setup", "Gives a domain a graphics card: its XML and its file");
    setup->footer(
        "Adds all functions of the card to the domain as one PCI device, leaves a mark in its\n"
        "<metadata>, and writes /etc/gpu-handoff/domains/DOMAIN.toml if it is not there. What it\n"
        "will change in the domain's XML is shown first; the XML as it was is kept in\n"
        "/var/lib/gpu-handoff/backups. What is there already is not added again. The domain must\n"
        "be persistent and shut off.");
    setup->add_option("domain", asked->domain, "The domain, by name or uuid")->required();
    CLI::Option* gpu = setup->add_option("--gpu", asked->gpu,
                                         "The card's PCI address, 0000:01:00.0; needed when "
                                         "there is more than one, and nobody to ask");
    CLI::Option* keyboard = setup->add_option(
        "--keyboard", asked->keyboard,
        "Shares this keyboard with the guest (/dev/input/by-id/...-event-kbd); both Ctrl keys "
        "together give keyboard and mouse to the other side");
    CLI::Option* mouse = setup->add_option(
        "--mouse", asked->mouse, "Shares this mouse (/dev/input/by-id/...-event-mouse) with it");
    mouse->needs(keyboard);
    CLI::Option* hide = setup->add_flag(
        "--hide-kvm", asked->hide_kvm,
        "Hides KVM from the guest's driver, with a vendor id of its own (old NVIDIA drivers)");
    setup->add_flag("--dry-run", asked->dry_run, "Shows what would change, and changes nothing");
    setup
        ->add_flag("--remove", *remove,
                   "Takes back what setup added, and nothing else; the file too, unless somebody "
                   "has changed it")
        ->excludes(gpu)
        ->excludes(keyboard)
        ->excludes(mouse)
        ->excludes(hide);
    setup->add_flag("-y,--yes", asked->yes, "Does not ask");
    setup->add_option("--connect", asked->uri, "libvirt's URI")->capture_default_str();
    setup->callback([asked, remove, &command] {
        command = [asked, remove] {
            if (!asked->dry_run)
                require_root("setup");
            *remove ? run_setup_remove({}, *asked) : run_setup({}, *asked);
            return 0;
        };
    });
}

} // namespace handoff
