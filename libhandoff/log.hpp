// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace handoff {

/// Sends the log to syslog, which is the journal on most machines, under the ident "gpu-handoff".
/// Without it nothing is logged.
void log_to_syslog();

void log_info(const std::string& text);
void log_warning(const std::string& text);
void log_error(const std::string& text);

} // namespace handoff
