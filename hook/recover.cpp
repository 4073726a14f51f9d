// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recovery.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "hook/report.hpp"
#include "libhandoff/log.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {
namespace {

struct Asked {
    std::optional<std::string> domain;
    bool json = false;
};

void show_as_json(const std::vector<Recovered>& all, const std::vector<std::string>& steps) {
    nlohmann::ordered_json domains = nlohmann::ordered_json::array();
    for (const Recovered& recovered : all)
        domains.push_back({{"domain", recovered.domain}, {"problems", recovered.problems}});
    print_json({{"domains", domains}, {"steps", steps}});
}

void show_as_text(const std::vector<Recovered>& all, const Asked& asked) {
    if (all.empty() && asked.domain)
        std::cout << *asked.domain << ": nothing to give back\n";
    for (const Recovered& recovered : all)
        if (recovered.problems.empty())
            std::cout << recovered.domain << ": all given back\n";
}

int recover_and_show(const Asked& asked) {
    require_root("recover");
    std::vector<std::string> steps;
    const auto show = [&](const Step& step, const Spent&) {
        log_info("recover: " + text_of(step));
        steps.push_back(text_of(step));
        if (!asked.json)
            std::cout << text_of(step) << '\n';
    };
    const std::vector<Recovered> all = recover({}, asked.domain, show);
    asked.json ? show_as_json(all, steps) : show_as_text(all, asked);
    const auto failed = std::ranges::find_if(
        all, [](const Recovered& recovered) { return !recovered.problems.empty(); });
    if (failed == all.end())
        return 0;
    report_failure(failed->domain + ": not given back: " + failed->problems.front());
    return 1;
}

} // namespace

void add_recover(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    CLI::App* recover = app.add_subcommand(
        "recover", "Gives back what a handoff left behind; leaves running domains alone");
    recover->add_option("domain", asked->domain, "Only this domain, by name or uuid");
    recover->add_flag("--json", asked->json, "As JSON");
    recover->callback(
        [asked, &command] { command = [asked] { return recover_and_show(*asked); }; });
}

} // namespace handoff
