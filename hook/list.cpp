// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "libhandoff/error.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

namespace handoff {
namespace {

struct Asked {
    std::string uri = "qemu:///system";
    bool json = false;
};

int list_and_show(const Asked& asked) {
    std::vector<LibvirtDomain> domains;
    std::string trouble;
    try {
        domains = Libvirt(asked.uri).domains(Deadline(libvirt_patience));
    } catch (const Error& error) {
        trouble = error.what();
    }
    ListReport report = list_gpus({}, domains);
    report.libvirt_trouble = trouble;
    if (asked.json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return 0;
}

} // namespace

void add_list(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    CLI::App* list = app.add_subcommand(
        "list", "Names every GPU, who uses it, and whether it can be handed over");
    list->add_option("--connect", asked->uri, "Another libvirt than qemu:///system");
    list->add_flag("--json", asked->json, "As JSON");
    list->callback([asked, &command] { command = [asked] { return list_and_show(*asked); }; });
}

} // namespace handoff
