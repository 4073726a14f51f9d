// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/stamped.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// What was done to the host's settings.
struct Reservation {
    std::vector<FileChange> changes; ///< empty: it was so already
    std::vector<std::string> warnings;
};

/// Keeps desktops off a GPU, by a udev rule: from then on its DRM card is on a seat of its own, for
/// which nobody logs in, while programs can still compute and render on it. With the last NVIDIA
/// card the sessions' EGL, GLX and Vulkan are kept on Mesa as well. The running desktop keeps what
/// it has open. Throws Error, and nothing is changed, when that is no GPU, when the desktop would
/// have no screen left, or when a file cannot be written or was changed by hand.
Reservation reserve(const Roots& roots, const std::string& address);

/// Takes that back. The GPU need not be there any more.
Reservation end_reservation(const Roots& roots, const std::string& address);

} // namespace handoff
