// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace handoff {

/// A process, so that a later one with the same number is not taken for it.
struct ProcessId {
    pid_t pid = 0;
    std::string start; ///< field 22 of /proc/PID/stat: clock ticks since boot

    bool operator==(const ProcessId&) const = default;
};

/// The process with this number, as it runs now; nothing if there is none.
std::optional<ProcessId> process(pid_t pid, const std::filesystem::path& proc = "/proc");
/// Whether that very process still runs.
bool alive(const ProcessId& known, const std::filesystem::path& proc = "/proc");

} // namespace handoff
