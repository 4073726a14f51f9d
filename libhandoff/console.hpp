// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// Puts a text console on the screen that says why there is no desktop. Without a text console (a
/// driver without one, a host without virtual terminals) nobody sees it, and nothing else happens.
void show_on_console(const Roots& roots, const std::string& reason);

} // namespace handoff
