// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <string_view>

namespace handoff {

class Bus;

/// systemd's units, over D-Bus (org.freedesktop.systemd1(5)). A unit is "lightdm.service" of the
/// system's manager, or "user@1000:pipewire.service" of a user's. A user's manager is talked to in
/// a worker that has become the user. All of these throw Error when systemd cannot be asked, does
/// not do what it is asked, or does not answer before the deadline.

/// "active" or "inactive". A unit that is being started, reloaded or stopped, or that has a job
/// waiting, is waited for first. Failed, unknown, or of a manager that does not run is inactive.
std::string unit_state(const Roots& roots, const std::string& unit, const Deadline& deadline);

/// Whether systemd forgets the unit when it has ended: it was made by systemd-run, for a container,
/// or for a program that a desktop started (systemd.unit(5), unit file load path).
bool is_transient(const Roots& roots, const std::string& unit);

/// Stops the unit and waits for the end of the job; the unit is inactive or failed then. At the
/// deadline the error tells in which state it hangs ("stop-sigterm").
void stop_unit(const Roots& roots, const std::string& unit, const Deadline& deadline);

/// Starts the unit, waits for the end of the job, and returns whether there was anything to do. A
/// unit that failed, or ended again at once, is started again with its start limit reset, three
/// times in all. One that hangs in its stop is started by systemd when that is over, also after the
/// deadline.
bool start_unit(const Roots& roots, const std::string& unit, const Deadline& deadline);

/// The name behind an alias: "lightdm.service" for "display-manager.service". Empty if there is no
/// such unit.
std::string unit_id(const Roots& roots, const std::string& alias, const Deadline& deadline);

/// The system unit in whose invocation ($INVOCATION_ID, 32 hexadecimal digits) a process was
/// started, though it may have left the unit's cgroup for a session's; empty if that is over.
std::string unit_of_invocation(const Bus& bus, std::string_view invocation,
                               const Deadline& deadline);

/// Whether systemd is shutting the host down (SystemState is "stopping").
bool shutting_down(const Roots& roots, const Deadline& deadline);

} // namespace handoff
