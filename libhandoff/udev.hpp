// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// Lets udev read its rules again. Returns whether it did: it may not run (in a container).
bool reload_udev_rules();

/// Lets udev apply its rules to the DRM card of a PCI function and to the card's connectors, as
/// after the plug of a screen: with an event "change", at which no compositor opens or closes
/// anything. A function without a DRM card is left alone.
void apply_udev_rules(const Roots& roots, const std::string& address);

} // namespace handoff
