// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// Keeps a module from being loaded by anybody else, through a modprobe.d file under /run: udev
/// rules load nvidia again in a loop.
void keep_out(const Roots& roots, const std::string& module);
/// The reverse.
void let_in(const Roots& roots, const std::string& module);
/// Whether some module is kept out now.
bool anything_kept_out(const Roots& roots);

} // namespace handoff
