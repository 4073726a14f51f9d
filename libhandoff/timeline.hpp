// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/domain.hpp"
#include "libhandoff/history.hpp"
#include "libhandoff/spent.hpp"
#include "libhandoff/sysfs.hpp"
#include "libhandoff/transaction.hpp"

#include <map>
#include <string>

namespace handoff {

/// What a handoff or a return takes, for the log and the history: every step, and at the end what
/// was spent outside of them.
class Timeline {
public:
    Timeline(const Roots& roots, const Domain& domain);

    /// Logs a step. The timeline must outlive it.
    OnStep on_step();
    /// A part of our own work ends here.
    void end_of(const std::string& part);
    /// From here on an error is one of a handoff, and no refusal.
    void begin_changes();
    /// "win11: handed over in 812 ms, steps 700 ms (kernel 300, units 350, processes 50), own CPU
    /// outside them 30 ms (start 5, machine 24, rest 1)". Begins with the front door: loading the
    /// engine is part of what a person waits for.
    void end(Outcome outcome);
    /// It ends with an error: "refused", or "failed" after begin_changes().
    void end_with(std::string_view error) noexcept;
    /// It ends with an error of the return.
    void end_not_given_back(std::string_view error) noexcept;

private:
    const Roots& roots_;
    std::string domain_;
    Spent begin_;
    Recording recording_;
    bool changes_ = false;
    Spent in_steps_;
    std::map<std::string, std::chrono::microseconds> by_what_; ///< the time of the steps
    std::chrono::microseconds own_cpu_{0};                     ///< up to the last end_of()
    std::string parts_;
};

} // namespace handoff
