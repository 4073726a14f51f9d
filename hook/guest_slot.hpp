// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>

namespace handoff {

/// Where a card is in the guest: a slot with eight functions.
struct GuestSlot {
    unsigned bus = 0;
    unsigned slot = 0;

    bool operator==(const GuestSlot&) const = default;
};

/// A slot that no device of the domain uses, and what has to be added for it.
struct FreeSlot {
    GuestSlot at;
    /// The place on bus 0 of a root port that makes the bus; nothing when there is one already.
    std::optional<GuestSlot> root_port;
};

/// Whether the device is at a PCI slot of the guest, and which.
std::optional<GuestSlot> guest_slot(const pugi::xml_node& device);
/// Its function in that slot; 0 if it has no PCI address.
unsigned guest_function(const pugi::xml_node& device);

/// On a PCI Express machine (Q35) that of a root port of its own, else one on the only bus. Throws
/// Error when there is none, or the machine has no PCI.
FreeSlot find_free_slot(const pugi::xml_node& devices);

} // namespace handoff
