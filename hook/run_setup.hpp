// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/commands.hpp"
#include "libhandoff/sysfs.hpp"

namespace handoff {

/// Sets the domain up, shows what it does, and asks if there is somebody to ask. Throws Error, and
/// has changed nothing then.
void run_setup(const Roots& roots, const SetupRequest& asked);

/// Takes back what setup did to the domain.
void run_setup_remove(const Roots& roots, const SetupRequest& asked);

} // namespace handoff
