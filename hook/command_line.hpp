// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace handoff {

/// Does what the words ask for. Returns the exit code, which is 2 for words that are none of ours;
/// what is wrong, or the help that was asked for, is printed then.
int run_command_line(int argc, char** argv);

} // namespace handoff
