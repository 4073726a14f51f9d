// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <string_view>

namespace handoff {

/// The alias under which a distribution's display manager can be asked for, whatever it is.
constexpr const char* display_manager_alias = "display-manager.service";

/// Waits until logind's seat can be graphical, or half the time is over: without a card it never
/// is. What starts then may wait for one by itself, and says what it lacks.
void wait_for_screen(const Roots& roots, const Deadline& deadline);

/// Starts a display manager once logind's seat can be graphical: one that finds no screen gives up.
/// Being active says little of it (LightDM is, before its X server has failed), so it must also
/// have made a session or a greeter; three tries. One that lives on without is restarted once, and
/// then taken at its word: some make no session before somebody logs in. Returns whether there was
/// anything to do. Throws Error.
bool start_display_manager(const Roots& roots, const std::string& unit, const Deadline& deadline);

/// Whether a desktop or a greeter is there, by logind's sessions. There is none while logind is
/// away.
bool has_desktop(const Roots& roots, const Deadline& deadline);

/// Whether anybody is at any seat, also in a session of text: what starts a compositor in it may
/// not have come to that yet, or have told logind nothing. Nobody is while logind is away.
bool has_session(const Roots& roots, const Deadline& deadline);

/// Whether the unit lets people log in at a console, where a desktop may begin that no display
/// manager starts.
bool is_login(std::string_view unit);

} // namespace handoff
