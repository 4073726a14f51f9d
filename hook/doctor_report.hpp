// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/doctor.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace handoff {

/// The findings for a person, in lines of at most so many columns, and what they come to.
std::string doctor_report(const std::vector<Finding>& findings, std::size_t columns);

/// {"checks": [{"check", "verdict", "seen", "remedy"}, ...], "failures", "warnings", "unknown"}
nlohmann::ordered_json doctor_json(const std::vector<Finding>& findings);

/// How many have this verdict.
std::size_t count(const std::vector<Finding>& findings, Verdict verdict);

} // namespace handoff
