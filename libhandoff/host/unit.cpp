// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/display_manager.hpp"
#include "libhandoff/units.hpp"

namespace handoff {
namespace {

constexpr std::string_view active = "active";

bool is_display_manager(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    return unit == unit_id(roots, display_manager_alias, deadline);
}

} // namespace

std::string unit_state_now(const Roots& roots, const std::string& subject) {
    return unit_state(roots, subject, Deadline(look_deadline));
}

bool set_unit(HostContext& context, const std::string& subject, const std::string& state,
              const Deadline& deadline) {
    if (state == active) {
        if (is_display_manager(context.roots, subject, deadline))
            return start_display_manager(context.roots, subject, deadline);
        if (is_login(subject)) // a compositor that finds no card gives up
            wait_for_screen(context.roots, deadline);
        return start_unit(context.roots, subject, deadline);
    }
    if (unit_state(context.roots, subject, deadline) == state)
        return false;
    stop_unit(context.roots, subject, deadline);
    return true;
}

} // namespace handoff
