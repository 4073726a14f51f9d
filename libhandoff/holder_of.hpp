// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/holders.hpp"

#include <filesystem>
#include <sys/types.h>

namespace handoff {

/// A DRM card: what a compositor drives screens through.
bool is_card(const Node& node);

/// What procfs tells of a process that has the node open. What cannot be read, or has ended
/// meanwhile, stays empty; its user is "unknown" then.
Holder holder_of(pid_t pid, const Node& node, const std::filesystem::path& proc);

} // namespace handoff
