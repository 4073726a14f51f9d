// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/plan_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

namespace handoff {
namespace {

struct Asked {
    std::string domain;
    std::string uri = "qemu:///system";
    bool json = false;
};

int plan_and_show(const Asked& asked) {
    const LibvirtDomain domain = Libvirt(asked.uri).find(asked.domain, Deadline(libvirt_patience));
    const PlanReport report = plan_start({}, domain);
    if (asked.json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return report.refusal.empty() ? 0 : 1;
}

} // namespace

void add_plan(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    CLI::App* plan = app.add_subcommand(
        "plan", "Says what a start of the domain would do now, or what would refuse it");
    plan->add_option("domain", asked->domain, "Name or uuid")->required();
    plan->add_option("--connect", asked->uri, "Another libvirt than qemu:///system");
    plan->add_flag("--json", asked->json, "As JSON");
    plan->callback([asked, &command] { command = [asked] { return plan_and_show(*asked); }; });
}

} // namespace handoff
