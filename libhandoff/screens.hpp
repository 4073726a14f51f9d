// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <map>
#include <string>
#include <vector>

namespace handoff {

/// A way out to a screen.
struct Connector {
    std::string name;   ///< "HDMI-A-1"
    std::string status; ///< "connected", "disconnected", or "unknown"
    bool lit = false;   ///< shows a picture

    bool operator==(const Connector&) const = default;
};

/// Per PCI function (or other parent of a DRM card) its connectors; none for a card without any.
/// Throws StuckFunction if a driver does not answer.
std::map<std::string, std::vector<Connector>> connectors(const Roots& roots);

/// The ways out to a screen: per PCI function (or other parent of a DRM card) the connectors that
/// have a screen, or may have one ("HDMI-A-1"; status is not "disconnected"; "unknown" where only
/// the driver knows). A card without any is listed too. Throws StuckFunction if a driver does not
/// answer.
std::map<std::string, std::vector<std::string>> screens(const Roots& roots);

} // namespace handoff
