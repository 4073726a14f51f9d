// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace handoff {

/// "550.163.01" is before "580.105.08": numbers between dots, compared one by one.
bool is_before(std::string_view version, std::string_view other);

/// NVIDIA's first driver that lets go of one of two cards while nvidia_drm has modeset on. Before
/// it nvidia_drm holds every card from inside the kernel, and remove() waits for it for ever.
inline constexpr std::string_view nvidia_that_lets_go = "580.105.08";

/// The first version of the NVIDIA driver whose nvidia_drm has consoles (fbdev) unless told
/// otherwise.
inline constexpr std::string_view nvidia_with_consoles = "570.86.15";

} // namespace handoff
