// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/owner.hpp"
#include "libhandoff/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// A holder of something that is taken.
struct Hold {
    Holder holder; ///< with those of its nodes that belong to the subject
    Owner owner;
    std::string subject; ///< the function, or "module nvidia"
};

using Holds = std::vector<Hold>;

/// The holders, sorted by who they belong to.
struct Parties {
    Holds copies;    ///< of what a session has open: gone when the session lets go
    Holds helpers;   ///< units that may be stopped
    Holds sound;     ///< sound servers
    Holds desktop;   ///< display managers, compositors and programs of sessions on a seat
    Holds services;  ///< of the system, which nobody allowed us to stop
    Holds processes; ///< of nobody who could be asked
};

/// Sorts those who have something open that is taken. Throws Error for those whom nobody may touch.
Parties sorted(const Machine& machine, const Config& config, const Taken& taken);

/// Throws Error: who they are, and what to do.
[[noreturn]] void refuse(const Holds& all, std::string_view remedy);

bool has_node(const std::vector<Node>& nodes, const std::string& path);

} // namespace handoff
