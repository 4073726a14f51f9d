// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace handoff {

/// What elements of a domain's XML mean.

/// The number as libvirt reads it: hexadecimal after 0x, octal after 0, else decimal.
std::optional<unsigned> number_of(std::string_view text);

/// Whether libvirt takes a PCI function from the host for the device.
bool is_pci_hostdev(const pugi::xml_node& device);

/// The host's address of a device: the one inside <source>, not the guest's beside it.
std::optional<std::string> host_address(const pugi::xml_node& device);

/// The namespace of an element: what the nearest declaration of its prefix says.
std::string_view namespace_of(const pugi::xml_node& element);

} // namespace handoff
