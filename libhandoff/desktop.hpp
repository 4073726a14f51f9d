// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/sessions.hpp"
#include "libhandoff/sysfs.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace handoff {

/// The desktop as far as a handoff is concerned. It is only asked for when somebody has the GPU.
struct Desktop {
    std::string trouble; ///< why systemd or logind could not be asked; then the rest is empty
    std::vector<Session> sessions;
    std::string display_manager;     ///< "lightdm.service", if it is active
    std::set<std::string> transient; ///< origins of sessions that cannot be started again
    std::vector<Blocker> blockers;
    std::map<std::string, std::vector<std::string>> screens; ///< see screens()

    bool operator==(const Desktop&) const = default;
};

/// Asks systemd and logind. Throws StuckFunction if a GPU's driver does not answer.
Desktop read_desktop(const Roots& roots, const Deadline& deadline);

} // namespace handoff
