// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/plan_report.hpp"

#include "hook/layout.hpp"
#include "hook/whereabouts.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/handoff.hpp"
#include "libhandoff/lock.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::string> under_way(const Roots& roots) {
    try {
        return lock_owner(roots);
    } catch (const std::system_error&) {
        return std::nullopt; // root's
    }
}

/// Whether what was left behind has a function that the domain would get, or was its own and keeps
/// it from starting.
bool concerns(const Record& left, const Domain& domain, const Machine& machine) {
    return (left.uuid == domain.uuid && !only_units_left(left)) ||
           std::ranges::any_of(handed(left).drivers, [&](const auto& function) {
               return machine.functions.contains(function.first);
           });
}

void foresee_start(const Roots& roots, const Domain& domain, PlanReport& report) {
    const std::optional<Config> config = load_config(roots.etc, report.domain);
    report.ours = config.has_value();
    if (!config)
        return require_known(domain);
    const Journals journals = look_at_journals(roots);
    Others others = others_of(journals.standing, domain.uuid);
    const Outlook outlook = foresee(roots, domain, *config, std::move(others.handed));
    report.left = std::move(others.left);
    report.unknown = std::ranges::any_of(
        report.left, [&](const Record& left) { return concerns(left, domain, outlook.machine); });
    if (report.unknown)
        return;
    report.refusal = outlook.refusal;
    report.changes = outlook.changes();
    report.kept = outlook.plan.size() - report.changes.size();
    if (!outlook.plan.empty())
        report.monitors = config->monitor;
}

std::string closing_line(const PlanReport& report) {
    if (!report.ours)
        return report.domain + " has no file in /etc/gpu-handoff/domains: gpu-handoff leaves its "
                               "starts alone";
    if (report.unknown)
        return "Then it would plan anew: run gpu-handoff recover, and plan again";
    if (report.changes.empty())
        return report.domain + " has no GPU among its devices: nothing would be handed over";
    if (report.kept == 0)
        return {};
    return std::to_string(report.kept) + " more settings of the card would be written down, and "
                                         "restored if somebody changes them";
}

} // namespace

PlanReport plan_start(const Roots& roots, const LibvirtDomain& domain) {
    PlanReport report;
    report.domain = domain.name;
    report.hidden = ::geteuid() != 0;
    report.under_way = under_way(roots);
    try {
        if (domain.active)
            throw Error(domain.name, "it runs already", "shut it down first");
        foresee_start(roots, parse_domain(domain.xml), report);
    } catch (const Error& error) {
        report.refusal = error.what();
    }
    return report;
}

std::string text_of(const PlanReport& report, std::size_t columns) {
    std::string text;
    for (const Record& left : report.left)
        text += wrapped("First it would give back what a handoff to " + left.domain +
                            " left behind, " + std::to_string(left.steps.size()) + " steps",
                        columns, 2, 0);
    if (!report.refusal.empty()) {
        text += coloured(Colour::red,
                         wrapped("The start would be refused: " + report.refusal, columns, 2, 0));
    } else {
        for (const Step& step : report.changes)
            text += wrapped(text_of(step), columns, 4, 0);
        for (const MonitorSetting& monitor : report.monitors)
            text += wrapped(text_of(monitor), columns, 4, 0);
        if (const std::string line = closing_line(report); !line.empty())
            text += coloured(Colour::dim, wrapped(line + ".", columns, 2, 0));
    }
    if (report.under_way)
        text +=
            wrapped("A handoff or a return is under way, so this may change: " + *report.under_way,
                    columns, 2, 0);
    if (report.hidden)
        text +=
            wrapped("Only root sees other users' processes, and what other domains have: what is "
                    "said above leaves them out.",
                    columns, 2, 0);
    return text;
}

Json json_of(const PlanReport& report) {
    Json steps = Json::array();
    for (const Step& step : report.changes)
        steps.push_back({{"kind", name_of(step.kind)},
                         {"subject", step.subject},
                         {"from", step.from},
                         {"to", step.to},
                         {"text", text_of(step)}});
    Json monitors = Json::array();
    for (const MonitorSetting& monitor : report.monitors)
        monitors.push_back({{"name", monitor.name},
                            {"serial", monitor.serial},
                            {"input", monitor.guest},
                            {"text", text_of(monitor)}});
    Json left = Json::array();
    for (const Record& record : report.left)
        left.push_back({{"domain", record.domain}, {"uuid", record.uuid}});
    return {{"domain", report.domain},
            {"has_file", report.ours},
            {"refusal", report.refusal.empty() ? Json() : Json(report.refusal)},
            {"steps", steps},
            {"monitors", monitors},
            {"left_behind", left},
            {"known", !report.unknown},
            {"under_way", report.under_way ? Json(*report.under_way) : Json()},
            {"complete", !report.hidden}};
}

} // namespace handoff
