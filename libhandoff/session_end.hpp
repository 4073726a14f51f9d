// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/desktop.hpp"
#include "libhandoff/holders.hpp"
#include "libhandoff/step.hpp"

#include <string>
#include <vector>

namespace handoff {

/// Whether the process belongs to a login session at a seat (in its scope, or in a unit of its
/// user's manager), or to the service that made one: a display manager with its X servers.
bool is_desktop(const Desktop& desktop, const Holder& holder);

/// The step that ends a process by itself.
Step end_of(const Holder& holder);

/// The steps that end the desktop these holders belong to, services that would bring it back first:
/// units to be started again, sessions, and what is left of their users' units and processes.
/// Throws Error, with that subject, if something must not be interrupted, or if several people's
/// sessions would end.
Plan end_desktop(const Desktop& desktop, const std::vector<Holder>& holders,
                 const std::string& subject);

} // namespace handoff
