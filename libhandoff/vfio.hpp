// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/step.hpp"
#include "libhandoff/sysfs.hpp"
#include "libhandoff/transaction.hpp"

#include <optional>

namespace handoff {

/// The module that has to be loaded next before a function can be given to vfio-pci; nothing if
/// all is there.
std::optional<Step> missing_vfio_module(const Roots& roots);

/// Loads all of them; they stay loaded. libvirt would do it only later, after a check that needs it
/// (/dev/vfio/vfio). Throws Error.
void load_vfio(const Roots& roots, const OnStep& on_step, const Deadline& deadline);

} // namespace handoff
