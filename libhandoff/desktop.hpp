// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/holders.hpp"
#include "libhandoff/sessions.hpp"
#include "libhandoff/sysfs.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace handoff {

/// The desktop as far as a handoff is concerned. It is only asked for when somebody has the GPU.
struct Desktop {
    std::string trouble; ///< why systemd or logind could not be asked; their answers are empty then
    std::vector<Session> sessions;
    std::string display_manager; ///< "lightdm.service", if it is active
    /// Units of holders, and origins of sessions, that nothing could start again.
    std::set<std::string> transient;
    std::vector<Blocker> blockers;
    std::map<std::string, std::vector<std::string>> screens; ///< see screens()

    bool operator==(const Desktop&) const = default;
};

/// Asks systemd and logind. Throws StuckFunction if a GPU's driver does not answer.
Desktop read_desktop(const Roots& roots, const std::vector<Holder>& holders,
                     const Deadline& deadline);

} // namespace handoff
