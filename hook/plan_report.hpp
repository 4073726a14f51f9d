// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/libvirt.hpp"
#include "libhandoff/outlook.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// What gpu-handoff plan says of a domain.
struct PlanReport {
    std::string domain;
    bool ours = true;     ///< it has a file
    std::string refusal;  ///< the line that would refuse the start
    Plan changes;         ///< in the words of the log
    std::size_t kept = 0; ///< settings that are only written down, in case the guest changes them
    std::vector<MonitorSetting> monitors; ///< switched to the guest once it has started
    /// Handoffs that were left behind, and would be given back first.
    std::vector<Record> left;
    bool unknown = false; ///< what comes after that return can only be planned then
    std::optional<std::string> under_way;
    bool hidden = false; ///< not root: see ListReport
};

/// Changes nothing, and waits for nobody. Throws Error when the domain's XML cannot be read.
PlanReport plan_start(const Roots& roots, const LibvirtDomain& domain);

std::string text_of(const PlanReport& report, std::size_t columns);
nlohmann::ordered_json json_of(const PlanReport& report);

} // namespace handoff
