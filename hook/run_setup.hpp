// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>

namespace handoff {

/// What gpu-handoff setup was asked for.
struct SetupRequest {
    std::string domain; ///< name or uuid
    std::string uri = "qemu:///system";
    std::string gpu;      ///< empty: the one that the domain has, or the only one
    std::string keyboard; ///< node; empty: none
    std::string mouse;
    bool hide_kvm = false;
    bool dry_run = false;
    bool yes = false; ///< does not ask
};

/// Sets the domain up, shows what it does, and asks if there is somebody to ask. Throws Error, and
/// has changed nothing then.
void run_setup(const Roots& roots, const SetupRequest& asked);

/// Takes back what setup did to the domain.
void run_setup_remove(const Roots& roots, const SetupRequest& asked);

} // namespace handoff
