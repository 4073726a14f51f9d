// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/domain_setup.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// A graphics card of the host that a domain can be given.
struct HostGpu {
    std::string address;                ///< of its first display function
    std::vector<std::string> functions; ///< all of its slot, but for bridges

    bool operator==(const HostGpu&) const = default;
};

/// All of them, by address.
std::vector<HostGpu> host_gpus(const Roots& roots);

/// The GPU that is meant: the one that was asked for (empty: none was), else the one that is among
/// the domain's hostdevs already, else the only one. Nothing when there is a choice. Throws Error
/// when there is none, and when what was asked for is none.
std::vector<HostGpu> candidates(const std::vector<HostGpu>& gpus, const std::string& asked,
                                const std::vector<std::string>& hostdevs);

/// "0000:02:00.0" of other slots that go along in the GPU's IOMMU group: endpoints only.
std::vector<std::string> group_companions(const Roots& roots, const HostGpu& gpu);

/// Throws Error when the host cannot hand over any PCI device.
void require_iommu(const Roots& roots, const std::string& address);

/// Throws Error unless the node is one from which keys and movements come (evdev).
void require_evdev(const Roots& roots, const std::string& node);

} // namespace handoff
