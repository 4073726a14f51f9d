// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace handoff {

/// Sends the log to syslog, which is the journal on most machines, under the ident "gpu-handoff".
/// Without it nothing is logged.
void log_to_syslog();

/// For a child that closes its descriptors: the next line makes a connection of its own, under the
/// same ident, which closelog(3) alone forgets.
void reopen_syslog();

void log_info(const std::string& text);
void log_warning(const std::string& text);
void log_error(const std::string& text);

} // namespace handoff
