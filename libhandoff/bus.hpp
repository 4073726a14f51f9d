// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sysfs.hpp"

#include <memory>
#include <string>
#include <sys/types.h>

struct sd_bus;

namespace handoff {

/// A connection to a message bus on which nothing waits longer than a deadline: neither the
/// connection itself, nor a call, nor the wait for a signal.
class Bus {
public:
    /// The system's bus, RUN/dbus/system_bus_socket. Throws Error("the system's D-Bus: ...").
    static Bus of_system(const Roots& roots, const Deadline& deadline);
    /// A user's bus, RUN/user/UID/bus, for a process that has become that user: the bus lets nobody
    /// else in, not even root.
    static Bus of_user(const Roots& roots, uid_t user, const Deadline& deadline);

    [[nodiscard]] sd_bus* get() const { return bus_.get(); }

private:
    struct Close {
        void operator()(sd_bus* bus) const;
    };
    explicit Bus(sd_bus* bus) : bus_(bus) {}
    std::unique_ptr<sd_bus, Close> bus_;
};

} // namespace handoff
