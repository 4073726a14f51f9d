// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/spent.hpp"
#include "libhandoff/transaction.hpp"

#include <map>
#include <string>

namespace handoff {

/// What a handoff or a return takes, for the log: every step, and at the end what was spent outside
/// of them.
class Timeline {
public:
    explicit Timeline(std::string domain);

    /// Logs a step. The timeline must outlive it.
    OnStep on_step();
    /// A part of our own work ends here.
    void end_of(const std::string& part);
    /// "win11: handed over in 812 ms, steps 700 ms (kernel 300, units 350, processes 50), own CPU
    /// outside them 30 ms (start 5, machine 24, rest 1)". Begins with the process: loading the
    /// program is part of what a person waits for.
    void log_outcome(const std::string& outcome);

private:
    std::string domain_;
    Spent begin_;
    Spent in_steps_;
    std::map<std::string, std::chrono::microseconds> by_what_; ///< the time of the steps
    std::chrono::microseconds own_cpu_{0};                     ///< up to the last end_of()
    std::string parts_;
};

} // namespace handoff
