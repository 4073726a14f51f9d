// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/holders.hpp"

#include <filesystem>
#include <sys/types.h>

namespace handoff {

/// What procfs tells of a process that has the nodes. What cannot be read, or has ended
/// meanwhile, stays empty; its user is "unknown" then.
Holder holder_of(pid_t pid, const std::vector<const Node*>& nodes,
                 const std::filesystem::path& proc);

} // namespace handoff
