// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/holders.hpp"

#include <filesystem>
#include <sys/types.h>
#include <vector>

namespace handoff {

/// The processes in PROC, without their threads. Throws std::system_error.
std::vector<pid_t> processes_in(const std::filesystem::path& proc);

/// Those of the processes that hold one of the nodes, each with all that it has. One that ends
/// meanwhile holds nothing. Throws std::system_error. May block in the kernel: find_holders calls
/// it in workers.
std::vector<Holder> scan(const std::vector<Node>& nodes, const std::vector<pid_t>& pids,
                         const std::filesystem::path& proc, const Effort& effort);

} // namespace handoff
