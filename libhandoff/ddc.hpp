// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/monitor.hpp"
#include "libhandoff/sysfs.hpp"

#include <memory>
#include <string>
#include <vector>

namespace handoff {

/// The screens that libddcutil finds at the host's I2C buses. At the buses of `functions`, the
/// guest's, the same screen may answer too once the card is back: those are marked.
/// Looks at every bus of a graphics card, which takes some tenths of a second for each screen, and
/// may block: for a worker. Needs /dev/i2c-N. Throws Error without libddcutil.
std::unique_ptr<Monitors> ddc_monitors(const Roots& roots,
                                       const std::vector<std::string>& functions);

} // namespace handoff
