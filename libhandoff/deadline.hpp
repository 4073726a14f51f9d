// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

namespace handoff {

/// For a look that is instant on a machine in order, where nobody has said how long it may take.
constexpr std::chrono::seconds look_deadline{10};

/// A point on the monotonic clock until which somebody waits for an event.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(std::chrono::milliseconds from_now) : at_(Clock::now() + from_now) {}

    [[nodiscard]] std::chrono::milliseconds left() const {
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now());
        return std::max(rest, std::chrono::milliseconds(0));
    }

    /// Milliseconds left, as poll(2) takes them.
    [[nodiscard]] int poll_timeout() const { return static_cast<int>(left().count()); }

private:
    Clock::time_point at_;
};

} // namespace handoff
