// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/devices.hpp"
#include "libhandoff/holders.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// The character devices of a PCI function: everything with a device number below it in sysfs (DRM,
/// sound, i2c, DP AUX, input, hidraw, USB), its NVIDIA node, and the node of its IOMMU group while
/// that exists (vfio).
std::vector<Node> nodes_of_function(const Roots& roots, const std::string& address);
/// The same, of a function whose devices are known.
std::vector<Node> nodes_of(const Roots& roots, const std::string& address,
                           const std::vector<Device>& devices);

/// The nodes that pin modules: those of the functions their PCI drivers have, and for NVIDIA's
/// modules the ones they all share.
std::vector<Node> nodes_of_modules(const Roots& roots, const std::vector<std::string>& modules);

} // namespace handoff
