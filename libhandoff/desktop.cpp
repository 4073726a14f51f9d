// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/desktop.hpp"

#include "libhandoff/display_manager.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/owner.hpp"
#include "libhandoff/screens.hpp"
#include "libhandoff/units.hpp"

namespace handoff {
namespace {

void ask(const Roots& roots, const Deadline& deadline, Desktop& desktop) {
    desktop.sessions = sessions(roots, deadline);
    desktop.blockers = shutdown_blockers(roots, deadline);
    const std::string manager = unit_id(roots, display_manager_alias, deadline);
    if (!manager.empty() && unit_state(roots, manager, deadline) == "active")
        desktop.display_manager = manager;
    for (const Session& session : desktop.sessions)
        if (!session.origin.empty() && is_transient(roots, session.origin))
            desktop.transient.insert(session.origin);
}

} // namespace

Desktop read_desktop(const Roots& roots, const std::vector<Holder>& holders,
                     const Deadline& deadline) {
    Desktop desktop;
    try {
        ask(roots, deadline, desktop);
    } catch (const Error& error) {
        desktop = {};
        desktop.trouble = error.what();
    }
    for (const Holder& holder : holders)
        if (const std::string unit = owner_of(holder.cgroup).subject(); is_transient(roots, unit))
            desktop.transient.insert(unit);
    desktop.screens = screens(roots);
    return desktop;
}

} // namespace handoff
