// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/whereabouts.hpp"
#include "libhandoff/gpu.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// What gpu-handoff status says.
struct StatusReport {
    std::vector<Gpu> gpus;
    Journals journals;
    std::optional<std::string> under_way; ///< whose handoff or return: "win11 (process 123)"
};

/// Changes nothing, and needs no libvirt.
StatusReport look_at_status(const Roots& roots);

/// Whether a domain that has ended, or its daemon, left something to give back.
bool something_is_left(const StatusReport& report);

std::string text_of(const StatusReport& report, std::size_t columns);
nlohmann::ordered_json json_of(const StatusReport& report);

} // namespace handoff
