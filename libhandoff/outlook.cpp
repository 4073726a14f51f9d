// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/outlook.hpp"

#include "libhandoff/planner.hpp"
#include "libhandoff/vfio.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace handoff {
namespace {

std::vector<Holder> look(const Roots& roots, const std::vector<Node>& nodes,
                         const Deadline& deadline) {
    Effort effort;
    if (::geteuid() != 0)
        effort.unreadable = Unreadable::is_skipped;
    return find_holders(nodes, deadline, roots.proc, effort);
}

bool ends_desktop(const Step& step, const Desktop& desktop) {
    return step.kind == Kind::session ||
           (step.kind == Kind::unit && step.subject == desktop.display_manager);
}

std::string consequence(const Step& step, const Desktop& desktop) {
    switch (step.kind) {
    case Kind::unit:
        return "stops " + step.subject;
    case Kind::session: {
        const auto session = std::ranges::find(desktop.sessions, step.subject, &Session::id);
        return session == desktop.sessions.end()
                   ? "ends " + step.subject
                   : "ends session " + step.subject + " of " + session->user;
    }
    case Kind::process: { // "PID START NAME", where the name may have spaces
        const std::size_t space = step.subject.find(' ');
        return "ends " + step.subject.substr(step.subject.find(' ', space + 1) + 1) + " (pid " +
               step.subject.substr(0, space) + ")";
    }
    case Kind::card:
        return "withdraws " + step.subject + " from the running session";
    default:
        return {};
    }
}

} // namespace

Plan Outlook::changes() const {
    Plan changing;
    std::ranges::copy_if(plan, std::back_inserter(changing),
                         [](const Step& step) { return step.from != step.to; });
    return changing;
}

Outlook foresee(const Roots& roots, const Domain& domain, const Config& config,
                std::vector<Handed> others) {
    Outlook outlook;
    const Deadline deadline(look_deadline);
    try {
        outlook.machine = probe(
            roots, domain, config, std::move(others),
            [&](const std::vector<Node>& nodes, const Deadline& until) {
                return look(roots, nodes, until);
            },
            deadline);
        outlook.plan = make_plan(outlook.machine, config, domain);
        if (const std::optional<Step> missing = missing_vfio_module(roots);
            missing && !outlook.plan.empty())
            outlook.plan.insert(outlook.plan.begin(), *missing);
    } catch (const std::exception& error) {
        outlook.refusal = error.what();
    }
    return outlook;
}

Others others_of(const std::vector<Standing>& journals, const std::string& uuid) {
    Others others;
    for (const Standing& standing : journals) {
        if (!standing.trouble.empty())
            continue; // a start goes on without what it cannot read
        if (standing.record.uuid == uuid || !standing.live)
            others.left.push_back(standing.record);
        else
            others.handed.push_back(handed(standing.record));
    }
    return others;
}

std::string_view name_of(Way way) {
    switch (way) {
    case Way::live:
        return "live";
    case Way::ending_the_session:
        return "by ending the session";
    case Way::none:
        return "no";
    }
    return "unknown";
}

Way way_of(const Outlook& outlook) {
    if (!outlook.refusal.empty())
        return Way::none;
    const bool ends = std::ranges::any_of(outlook.plan, [&](const Step& step) {
        return ends_desktop(step, outlook.machine.desktop);
    });
    return ends ? Way::ending_the_session : Way::live;
}

std::vector<std::string> consequences(const Outlook& outlook) {
    std::vector<std::string> texts;
    for (const Step& step : outlook.plan)
        if (std::string text = consequence(step, outlook.machine.desktop); !text.empty())
            texts.push_back(std::move(text));
    return texts;
}

} // namespace handoff
