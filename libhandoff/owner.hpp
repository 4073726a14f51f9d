// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace handoff {

/// Whose a process is, as systemd sees it: who is asked to stop it.
struct Owner {
    std::string unit =
        {}; ///< of the system's manager: "lightdm.service", "session-2.scope"; or empty
    /// Below "user@UID.service": that user, and the unit of the user's manager
    /// ("plasma-kwin_wayland.service").
    std::optional<uid_t> manager = {};
    std::string user_unit = {};
    std::string session = {}; ///< logind's id of the login session whose scope it is in
    bool machine = false;     ///< a virtual machine or container: below machine.slice

    bool operator==(const Owner&) const = default;

    /// Of a user's manager, and something that can be stopped and started.
    [[nodiscard]] bool is_user_service() const {
        return manager && user_unit.ends_with(".service");
    }
    /// As a step's subject: "lightdm.service", "user@1000:pipewire.service".
    [[nodiscard]] std::string subject() const;
};

/// The owner by a process's cgroup: "/user.slice/user-1000.slice/session-2.scope" (systemd's
/// layout: slices, then the unit; systemd.io/CGROUP_DELEGATION).
Owner owner_of(std::string_view cgroup);

} // namespace handoff
