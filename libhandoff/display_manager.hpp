// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// The alias under which a distribution's display manager can be asked for, whatever it is.
constexpr const char* display_manager_alias = "display-manager.service";

/// Starts a display manager once logind's seat can be graphical: one that finds no screen gives up.
/// Being active says little of it (LightDM is, before its X server has failed), so it must also
/// have made a session or a greeter, or at least have lived on for a while; three tries.
/// Returns whether there was anything to do. Throws Error.
bool start_display_manager(const Roots& roots, const std::string& unit, const Deadline& deadline);

/// Whether a desktop or a greeter is there, by logind's sessions.
bool has_desktop(const Roots& roots, const Deadline& deadline);

} // namespace handoff
