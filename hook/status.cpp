// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/status_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

namespace handoff {
namespace {

int show_status(bool json) {
    const StatusReport report = look_at_status({});
    if (json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return something_is_left(report) ? 1 : 0;
}

} // namespace

void add_status(CLI::App& app, Command& command) {
    const auto json = std::make_shared<bool>(false);
    CLI::App* status = app.add_subcommand(
        "status", "Says where each GPU is, what is under way, and what was left behind");
    status->add_flag("--json", *json, "As JSON");
    status->callback([json, &command] { command = [json] { return show_status(*json); }; });
}

} // namespace handoff
