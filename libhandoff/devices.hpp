// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// Something that a driver made of a PCI function, or of a device below it: a DRM card, a disk, a
/// network interface.
struct Device {
    std::filesystem::path directory; ///< in sysfs
    std::string subsystem;           ///< "drm", "block", "net", ...
};

/// Everything below the function in sysfs, however deep; nothing if there is no such function.
std::vector<Device> devices_below(const Roots& roots, const std::string& address);

} // namespace handoff
