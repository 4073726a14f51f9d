// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/process.hpp"

#include "libhandoff/sysfs.hpp"

namespace handoff {

std::optional<ProcessId> process(pid_t pid, const std::filesystem::path& proc) {
    const std::optional<std::string> stat = read_text(proc / std::to_string(pid) / "stat");
    // The second field is the command in parentheses and may hold anything, so count from its end.
    const std::size_t command_end = stat ? stat->rfind(')') : std::string::npos;
    if (command_end == std::string::npos)
        return std::nullopt;
    std::size_t at = command_end;
    for (int field = 2; field < 22 && at != std::string::npos; ++field)
        at = stat->find(' ', at + 1);
    if (at == std::string::npos)
        return std::nullopt;
    return ProcessId{pid, stat->substr(at + 1, stat->find(' ', at + 1) - at - 1)};
}

bool alive(const ProcessId& known, const std::filesystem::path& proc) {
    return known.pid > 0 && process(known.pid, proc) == known;
}

} // namespace handoff
