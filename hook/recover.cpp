// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recovery.hpp"

#include "hook/commands.hpp"
#include "hook/report.hpp"
#include "libhandoff/log.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace handoff {
namespace {

int recover_and_show(const std::optional<std::string>& domain) {
    require_root("recover");
    const auto show = [](const Step& step, const Spent&) {
        log_info("recover: " + text_of(step));
        std::cout << text_of(step) << '\n';
    };
    const std::vector<Recovered> all = recover({}, domain, show);
    if (all.empty() && domain)
        std::cout << *domain << ": nothing to give back\n";
    for (const Recovered& recovered : all)
        if (recovered.problems.empty())
            std::cout << recovered.domain << ": all given back\n";
    const auto failed = std::ranges::find_if(
        all, [](const Recovered& recovered) { return !recovered.problems.empty(); });
    if (failed == all.end())
        return 0;
    report_failure(failed->domain + ": not given back: " + failed->problems.front());
    return 1;
}

} // namespace

void add_recover(CLI::App& app, Command& command) {
    const auto domain = std::make_shared<std::optional<std::string>>();
    CLI::App* recover = app.add_subcommand(
        "recover", "Gives back what a handoff left behind; leaves running domains alone");
    recover->add_option("domain", *domain, "Only this domain, by name or uuid");
    recover->callback(
        [domain, &command] { command = [domain] { return recover_and_show(*domain); }; });
}

} // namespace handoff
