// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace handoff {

/// Writes exactly one line to stderr, and the same line to the log.
void report_failure(std::string_view text);

} // namespace handoff
