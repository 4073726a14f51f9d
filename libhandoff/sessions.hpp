// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace handoff {

/// A login session, as logind has it (org.freedesktop.login1(5)).
struct Session {
    std::string id = {}; ///< "2", "c1"
    uid_t uid = 0;
    std::string user = {}; ///< login name
    std::string seat = {}; ///< "seat0"; empty for ssh and the like
    std::string tty = {};  ///< "tty2"; empty without
    std::string type = {}; ///< "x11", "wayland", "mir", "tty", "unspecified"
    std::string role = {}; ///< logind's class: "user", "greeter", "lock-screen", "manager", ...
    bool closing = false;  ///< logged out, but some of its processes still run
    pid_t leader = 0;
    /// The unit that made it ("lightdm.service", "getty@tty1.service"), by the invocation of its
    /// leader or the console; empty when not known.
    std::string origin = {};

    bool operator==(const Session&) const = default;
};

/// Something that must not be interrupted by a shutdown, and so not by the end of a session either.
struct Blocker {
    std::string who; ///< "apt"
    std::string why;
    pid_t pid = 0;

    bool operator==(const Blocker&) const = default;
};

/// All of these throw Error when logind cannot be asked or does not answer before the deadline.

std::vector<Session> sessions(const Roots& roots, const Deadline& deadline);

/// Those who hold an inhibitor of mode "block" against a shutdown.
std::vector<Blocker> shutdown_blockers(const Roots& roots, const Deadline& deadline);

/// Whether the session is there and not closing.
bool session_lives(const Roots& roots, const std::string& id, const Deadline& deadline);

/// Ends the session with all its processes (TerminateSession), and waits until logind has removed
/// it.
void end_session(const Roots& roots, const std::string& id, const Deadline& deadline);

/// Waits until logind says that the seat can be graphical (CanGraphical): a card with
/// master-of-seat is there. Returns whether it is so.
bool wait_for_graphical_seat(const Roots& roots, const std::string& seat, const Deadline& deadline);

} // namespace handoff
