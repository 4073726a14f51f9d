// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/spent.hpp"
#include "libhandoff/step.hpp"
#include "libhandoff/sysfs.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// How a handoff or a return came out.
enum class Outcome {
    handed_over,
    refused, ///< before anything was changed
    failed,  ///< what had been changed was given back, unless the error says otherwise
    given_back,
    not_given_back, ///< or not all of it
    recovered,      ///< given back by others than libvirt's call: recover, or the next start
};

/// "handed over"; for people, and in the file: the words stay readable for ever.
std::string_view name_of(Outcome outcome);

/// A step that was carried out, and when.
struct TimedStep {
    std::chrono::microseconds begin{0}; ///< since the handoff's own begin
    std::chrono::microseconds duration{0};
    std::string text; ///< as in the log

    bool operator==(const TimedStep&) const = default;
};

/// One handoff or return.
struct Event {
    std::chrono::system_clock::time_point begin;
    std::chrono::microseconds duration{0};
    Outcome outcome = Outcome::handed_over;
    std::string domain;
    std::string uuid;
    std::string error; ///< the line, if it did not come out well
    std::vector<TimedStep> steps;

    bool operator==(const Event&) const = default;
};

/// Adds to the history, a file that root alone can read, since it names processes and their users.
/// It keeps some 200 events. A failure is a warning in the log and nothing more.
void remember(const Roots& roots, const Event& event) noexcept;

/// All that are remembered, oldest first; lines that are torn or not understood are left out.
/// Throws std::system_error when the file cannot be read.
std::vector<Event> read_history(const Roots& roots);

/// An event while it goes on.
class Recording {
public:
    /// `begin` is a moment as spent_so_far() counts.
    Recording(std::string domain, std::string uuid, const Spent& begin);

    /// A step that has just ended.
    void add(const Step& step, const Spent& spent);
    /// It ends here, and is remembered.
    void end(const Roots& roots, Outcome outcome, std::string_view error = {}) noexcept;

private:
    Spent begin_;
    Event event_;
};

} // namespace handoff
