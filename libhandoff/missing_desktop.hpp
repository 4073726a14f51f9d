// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"
#include "libhandoff/sysfs.hpp"

namespace handoff {

/// After a return that left something: whether a session was ended, and there is no desktop now,
/// for want of a step that is left in the journal. If nobody can be asked, it is so.
bool is_without_desktop(const Roots& roots, const Record& record);

} // namespace handoff
