// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/missing_desktop.hpp"

#include "libhandoff/display_manager.hpp"
#include "libhandoff/units.hpp"

#include <algorithm>
#include <vector>

namespace handoff {
namespace {

bool ends_session(const Step& step) {
    return step.kind == Kind::session;
}

/// Whether the desktop waits for one of the steps that are left. Not for the unit of some other
/// service; unless no unit is known to make desktops, and it may be any.
bool waits_for(const Roots& roots, const std::vector<Step>& all, const std::vector<Step>& left) {
    const std::string display_manager =
        unit_id(roots, display_manager_alias, Deadline(look_deadline));
    const auto makes_desktops = [&](const Step& step) {
        return step.kind == Kind::unit &&
               (is_login(step.subject) || step.subject == display_manager);
    };
    const bool known = std::ranges::any_of(all, makes_desktops);
    return std::ranges::any_of(left, [&](const Step& step) {
        return step.kind != Kind::unit || !known || makes_desktops(step);
    });
}

} // namespace

bool is_without_desktop(const Roots& roots, const Record& record) {
    try {
        const std::vector<Step> left =
            read_journal(roots.journals(), record.uuid).value_or(Record{}).steps;
        if (std::ranges::none_of(record.steps, ends_session) ||
            !waits_for(roots, record.steps, left))
            return false;
        const bool began_at_console = std::ranges::any_of(
            record.steps, [](const Step& step) { return is_login(step.subject); });
        return began_at_console ? !has_session(roots, Deadline(look_deadline))
                                : !has_desktop(roots, Deadline(look_deadline));
    } catch (const std::exception&) {
        return true;
    }
}

} // namespace handoff
