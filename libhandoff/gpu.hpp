// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/screens.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// A PCI function as people know it.
struct NamedFunction {
    std::string address;
    std::string name;   ///< by libpci: "Intel Corporation I225-V"
    std::string id;     ///< "8086:15f3"
    std::string driver; ///< or "none"
    bool display = false;

    bool operator==(const NamedFunction&) const = default;
};

/// A graphics card: a slot with a display function.
struct Gpu {
    std::string address; ///< of its first display function
    std::vector<NamedFunction> functions;
    std::string group;                       ///< IOMMU group of that function; empty without one
    std::vector<NamedFunction> group_others; ///< of other slots, bridges left out
    bool boot_vga = false;                   ///< the firmware's screen
    std::vector<Connector> connectors;
    std::string trouble; ///< why they could not be read

    /// The first display function.
    [[nodiscard]] const NamedFunction& video() const;
    [[nodiscard]] bool has(const std::string& function) const;
    bool operator==(const Gpu&) const = default;
};

/// A PCI or CardBus bridge (classes 0604 and 0607, of the six digits in sysfs) stays with the host
/// whatever is handed over. A host bridge or an ISA bridge (0600, 0601) is an endpoint like others.
bool is_bridge_class(unsigned device_class);

/// All graphics cards, by address. Needs no root.
std::vector<Gpu> find_gpus(const Roots& roots);

} // namespace handoff
