// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/doctor.hpp"
#include "libhandoff/evidence.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// Writes what was read into the directory, in the form of tests/machines: `machine`, `domain.xml`
/// if there is one, and `expected`, what the doctor says of these. `names` are those of the host
/// and its people, which must not be in it. Throws Error when the directory exists and is not
/// empty, or cannot be written.
void save_recording(const std::filesystem::path& directory, const Evidence& evidence,
                    const std::optional<std::string>& domain_xml,
                    const std::vector<std::string>& names);

/// Throws Error when the directory exists and is not empty.
void require_empty(const std::filesystem::path& directory);

} // namespace handoff
