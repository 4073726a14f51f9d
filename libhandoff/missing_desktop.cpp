// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/missing_desktop.hpp"

#include "libhandoff/display_manager.hpp"
#include "libhandoff/units.hpp"

#include <algorithm>
#include <vector>

namespace handoff {
namespace {

/// For looks that are instant on a machine in order.
constexpr std::chrono::seconds look_deadline{10};

/// Whether a desktop waits for this step's return: not if it is that of some other service.
bool brings_desktop(const Roots& roots, const Step& step) {
    return step.kind != Kind::unit || is_login(step.subject) ||
           step.subject == unit_id(roots, display_manager_alias, Deadline(look_deadline));
}

} // namespace

bool is_without_desktop(const Roots& roots, const Record& record) {
    const auto has = [&](const auto& what) { return std::ranges::any_of(record.steps, what); };
    try {
        const std::vector<Step> left =
            read_journal(roots.journals(), record.uuid).value_or(Record{}).steps;
        if (!has([](const Step& step) { return step.kind == Kind::session; }) ||
            std::ranges::none_of(left,
                                 [&](const auto& step) { return brings_desktop(roots, step); }))
            return false;
        const bool began_at_console = has([](const Step& step) { return is_login(step.subject); });
        return began_at_console ? !has_session(roots, Deadline(look_deadline))
                                : !has_desktop(roots, Deadline(look_deadline));
    } catch (const std::exception&) {
        return true;
    }
}

} // namespace handoff
