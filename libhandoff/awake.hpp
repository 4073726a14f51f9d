// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// A host that sleeps while a domain has a GPU loses the guest, and often does not wake up again.

/// Lets systemd start the unit that keeps the host awake, and does not wait for it. Never throws:
/// when it cannot be started, the log says so.
void keep_awake(const Roots& roots, const std::string& uuid, const Deadline& deadline);

/// logind's inhibitor against sleep, and against what the lid of a laptop would do. It lasts as
/// long as the descriptor, or until logind ends: then poll(2) finds POLLERR on it. Throws Error.
Fd inhibit_sleep(const Roots& roots, const std::string& domain, const Deadline& deadline);

/// Waits, with an inhibitor against sleep, until the journal of the domain with this uuid is gone,
/// or says that the card is back and some unit not. Takes it again when logind restarts. Throws
/// Error when there is none to be had.
void stay_awake(const Roots& roots, const std::string& uuid);

} // namespace handoff
