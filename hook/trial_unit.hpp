// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/sysfs.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace handoff {

/// A trial under way.
struct Trial {
    std::string uuid;
    std::string domain; ///< its name
    std::string unit;

    bool operator==(const Trial&) const = default;
};

/// What a trial needs to know.
struct TrialOrder {
    std::string uuid;
    std::string domain;
    std::string uri; ///< libvirt's
    std::chrono::seconds time{180};
};

/// Starts the trial as a transient unit of the system's systemd, so that it outlives the session of
/// whoever asked for it. It says what became of the start on `answer`: one line, "started" or an
/// error. Throws Error, also when the domain is on trial already.
void start_trial(const Roots& roots, const TrialOrder& order, const Fd& answer,
                 const Deadline& deadline);

/// All trials. libvirt is not asked. Throws Error.
std::vector<Trial> trials(const Roots& roots, const Deadline& deadline);

} // namespace handoff
