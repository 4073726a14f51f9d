// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/step.hpp"

#include <set>
#include <string>

namespace handoff {

/// What is about to be taken from the host.
struct Taken {
    std::set<std::string> functions;
    std::set<std::string> modules; ///< whose stacks are unloaded
};

/// The steps that make everybody let go of what is taken, in the order in which they are carried
/// out: helpers are stopped, processes ended, the desktop is ended or has its card withdrawn, and
/// last the sound cards. None if nobody has it open. Pure: no I/O. Throws Error when somebody has
/// it who is not to be stopped.
Plan free_holders(const Machine& machine, const Config& config, const Taken& taken);

} // namespace handoff
