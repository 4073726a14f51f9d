// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/process.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// The libvirt daemon, our parent. Throws Error when it has died already: then pid 1 is in its
/// place, whom nothing would ever end.
ProcessId find_daemon(const Roots& roots, const std::string& domain);

/// Throws Error if the daemon has died since: nobody will start the domain, and nobody will call
/// the return.
void require_daemon(const ProcessId& daemon, const std::string& domain);

} // namespace handoff
