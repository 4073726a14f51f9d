// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"
#include "libhandoff/monitor.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// Switches the screens to the inputs of a domain that has started. Where they return to is kept in
/// its journal, as all that is to be given back: it is read once, while the host's input is still
/// shown, and the return asks no file that may have changed meanwhile. The screens have ten seconds
/// to answer; what goes wrong is logged, and nothing else.
void show_guest(const Roots& roots, const Record& record,
                const std::vector<MonitorSetting>& wanted);

/// Switches the record's screens back, in the same way and once, after the return of all else; not
/// while a driver is stuck: its card's buses are looked at like all others.
void show_host(const Roots& roots, const Record& record);

} // namespace handoff
