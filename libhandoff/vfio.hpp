// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/step.hpp"
#include "libhandoff/sysfs.hpp"

#include <optional>

namespace handoff {

/// The module that has to be loaded next before a function can be given to vfio-pci; nothing if
/// all is there.
std::optional<Step> missing_vfio_module(const Roots& roots);

} // namespace handoff
