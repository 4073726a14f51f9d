// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/sysfs.hpp"

#include <string_view>

namespace handoff {

/// One handoff or return at a time on the machine: a lock on /run/gpu-handoff.lock, gone with the
/// process.
class Lock {
public:
    /// Waits for it. Throws Error at the deadline, naming who has it.
    Lock(const Roots& roots, std::string_view owner, const Deadline& deadline);

private:
    Fd fd_;
};

} // namespace handoff
