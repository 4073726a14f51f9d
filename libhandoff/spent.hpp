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
/// At the begin of the hook, which the front door noted before it became us (GPU_HANDOFF_BEGIN, in
/// microseconds): what the libvirt daemon spent on its child is not ours. Else now.
Spent at_hook_begin();

} // namespace handoff
