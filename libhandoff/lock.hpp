// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/sysfs.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace handoff {

/// One handoff or return at a time on the machine: a lock on /run/gpu-handoff.lock. It goes with
/// the process, or, when the process was killed, with the worker that was making a change for it.
class Lock {
public:
    /// Waits for it. Throws Error at the deadline, naming who has it.
    Lock(const Roots& roots, std::string_view owner, const Deadline& deadline);
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    /// Unlocks, also where a worker that was left behind has a copy of the descriptor.
    ~Lock();

    [[nodiscard]] int descriptor() const { return fd_.get(); }

private:
    Fd fd_;
};

/// Who has the lock now: "win11 (process 123)"; nothing if nobody has. Waits for nobody. Throws
/// std::system_error, EACCES without root's rights.
std::optional<std::string> lock_owner(const Roots& roots);

} // namespace handoff
