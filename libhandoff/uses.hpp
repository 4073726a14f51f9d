// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/devices.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// Why the host cannot do without the devices below a PCI function, one phrase each: a mounted file
/// system, swap, or a member of a dm or md device on a disk, or a network interface that has an
/// address.
std::vector<std::string> uses_of(const Roots& roots, const std::vector<Device>& devices);

/// "Intel Corporation I225-V" as lspci calls it, or "vendor:device" in hex when it has no name.
std::string name_of_function(const Roots& roots, const std::string& address);

} // namespace handoff
