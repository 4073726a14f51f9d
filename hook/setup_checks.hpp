// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/gpu.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// The GPU that is meant: the one that was asked for (empty: none was), else the one that is among
/// the domain's hostdevs already, else the only one; several when there is a choice. Throws Error
/// when there is none, and when what was asked for is none.
std::vector<Gpu> candidates(const std::vector<Gpu>& gpus, const std::string& asked,
                            const std::vector<std::string>& hostdevs);

/// Throws Error when the host cannot hand over any PCI device.
void require_iommu(const Roots& roots, const std::string& address);

/// Throws Error unless the node is one from which keys and movements come (evdev).
void require_evdev(const Roots& roots, const std::string& node);

} // namespace handoff
