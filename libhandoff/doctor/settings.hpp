// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/doctor/patient.hpp"

#include <optional>
#include <string>

namespace handoff::doctor {

/// The domain's file: "/etc/gpu-handoff/domains/win11.toml".
std::string file_of(const Guest& guest);

/// What the file says; nothing without a domain, and when there is no file or it does not parse
/// (another check says so).
std::optional<Config> config_of(const Patient& patient);

} // namespace handoff::doctor
