// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"
#include "libhandoff/sysfs.hpp"

namespace handoff {

/// Whether a process, QEMU that is, has the group of one of the functions open.
bool in_use(const Roots& roots, const Record& record);

/// A live journal belongs to a domain that runs, or that its daemon is starting or about to return.
/// A dead one is given back by whoever comes next.
bool live(const Roots& roots, const Record& record);

} // namespace handoff
