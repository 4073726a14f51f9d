// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace handoff {

/// What a trial does with its domain, the libvirt of it.
struct TrialDomain {
    std::string name;                ///< for the log
    std::function<void()> start;     ///< throws when libvirt refuses, or does not answer
    std::function<bool()> runs;      ///< throws when libvirt does not answer
    std::function<Fd()> process;     ///< a pidfd of its QEMU; none if it is not found
    std::function<void()> shut_down; ///< as its power button would
    std::function<void()> destroy;
};

/// How long a domain runs on trial, and how long it then has to shut down.
struct TrialTimes {
    std::chrono::milliseconds run = std::chrono::seconds(180);
    std::chrono::milliseconds shutdown = std::chrono::seconds(30);
};

/// How a trial ended.
enum class TrialEnd { by_itself, shut_down, destroyed };

/// A dead man's switch: starts the domain, and ends it after its time if nobody has ended the
/// process before. `started` is called once the domain runs. A start of which nobody knows whether
/// it succeeded counts as one that did. Throws what start() threw when the domain does not run.
/// Sleep of the host counts as time (CLOCK_BOOTTIME).
TrialEnd run_trial(const TrialDomain& domain, const TrialTimes& times,
                   const std::function<void()>& started);

/// A pidfd of the QEMU that libvirt started for the domain with this uuid, by its command line;
/// none if there is none.
Fd find_qemu(const std::filesystem::path& proc, const std::string& uuid);

/// "90", "90s", "3min", "1h"; nothing if it is no time, or not one of ten seconds to one hour.
std::optional<std::chrono::seconds> parse_trial_time(std::string_view text);

} // namespace handoff
