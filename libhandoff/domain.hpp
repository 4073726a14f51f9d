// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// The namespace of the element that setup leaves in a domain's <metadata>. A domain that bears it
/// was set up for a handoff, whatever it is called now.
inline constexpr std::string_view mark_namespace = "urn:gpu-handoff:domain:1";

/// What the hook knows of a domain: read from the XML that libvirt writes to the hook's stdin.
struct Domain {
    std::string name;
    std::string uuid; ///< lower case, 8-4-4-4-12; the identity, safe in a file name
    /// Addresses of <hostdev type='pci'>, and of <interface type='hostdev'> with a PCI source
    /// (libvirt detaches both alike), in the order of the XML, each once.
    std::vector<std::string> hostdevs;
    bool marked = false; ///< has our element in its <metadata>

    bool operator==(const Domain&) const = default;
};

/// Throws Error when the text is no domain XML, has no valid name or uuid, or a PCI hostdev without
/// a valid address.
Domain parse_domain(std::string_view xml);

} // namespace handoff
