// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace handoff {

/// Whether a person is at both ends: stdin and stdout are terminals.
bool can_ask();

/// The line that the person types, without white space around it; empty at the end of input. Ctrl+C
/// ends the command while it waits.
std::string ask(const std::string& question);

} // namespace handoff
