// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recovery.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "hook/report.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {
namespace {

void show_as_json(const std::vector<Recovered>& all, const std::vector<std::string>& steps) {
    nlohmann::ordered_json domains = nlohmann::ordered_json::array();
    for (const Recovered& recovered : all)
        domains.push_back({{"domain", recovered.domain}, {"problems", recovered.problems}});
    print_json({{"domains", domains}, {"steps", steps}});
}

/// Only the daemon that the domain was started by can have missed its end. With another one, or
/// none yet, libvirt's notes say that it will see the end, and reset the card then.
std::string has_its_card(const Record& record) {
    std::string line =
        record.domain + ": has its card; it is given back when libvirt sees the domain's end";
    if (alive(record.daemon))
        line.append(" (if that is over: gpu-handoff recover ").append(record.domain).append(")");
    return line;
}

void show_as_text(const std::vector<Recovered>& all, const RecoverRequest& asked) {
    if (all.empty())
        std::cout << (asked.domain ? *asked.domain + ": " : "") << "nothing to give back\n";
    if (!asked.domain)
        for (const Standing& standing : standing_journals({}))
            if (standing.live)
                std::cout << has_its_card(standing.record) << '\n';
    for (const Recovered& recovered : all)
        if (recovered.problems.empty())
            std::cout << recovered.domain << ": all given back\n";
}

} // namespace

int run_recover(const RecoverRequest& asked) {
    require_root("recover");
    std::vector<std::string> steps;
    const auto show = [&](const Step& step, const Spent&) {
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
    const std::string& problem = failed->problems.front();
    const bool has_remedy = problem.find("; ") != std::string::npos;
    report_failure(failed->domain + ": not given back: " + problem +
                   (has_remedy ? "" : "; if it stays so, restart the host"));
    return 1;
}

} // namespace handoff
