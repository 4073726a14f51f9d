// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

namespace handoff {

/// Time, on the clock and of the processor, the latter with that of ended child processes.
struct Spent {
    std::chrono::microseconds wall{0};
    std::chrono::microseconds cpu{0};

    Spent& operator+=(const Spent& other);
    friend Spent operator-(const Spent& later, const Spent& earlier);
};

/// Since some point in the past: only differences mean something.
Spent spent_so_far();
/// That of the moment when this process was made, to a hundredth of a second.
Spent at_process_start();

} // namespace handoff
