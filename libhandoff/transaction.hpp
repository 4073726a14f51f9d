// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/error.hpp"
#include "libhandoff/host.hpp"
#include "libhandoff/journal.hpp"
#include "libhandoff/spent.hpp"

#include <functional>
#include <string>
#include <vector>

namespace handoff {

/// A function whose driver is stuck in the kernel; Host::set throws it.
class StuckFunction : public Error {
public:
    StuckFunction(Stuck stuck, std::string_view wrong);
    [[nodiscard]] const Stuck& stuck() const { return stuck_; }
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

private:
    Stuck stuck_;
    std::string wrong_;
};

/// Told of every step that was carried out, and what it took.
using OnStep = std::function<void(const Step&, const Spent&)>;

/// Writes the plan to the journal and carries it out. Throws what a step throws, and leaves the
/// rest to roll_back(), which gives back what the journal holds.
void commit(Host& host, const Plan& plan, Journal& journal, const Deadline& deadline,
            const OnStep& on_step);

/// Gives back everything in the record, last step first, going on past failures; what still differs
/// from what it was after a second try stays in the journal. Returns what could not be given back,
/// one text each; none when all is as before. Has the time of the record, and once more after each
/// function that gets stuck; each step has five seconds at least. May be repeated, and interrupted
/// anywhere.
std::vector<std::string> roll_back(Host& host, Record record, Journal& journal,
                                   const OnStep& on_step);

} // namespace handoff
