// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace handoff {

/// What is known by name, since the machine itself does not tell it. Everything else is asked for.

/// Services that keep a GPU open for their own ends, and may be stopped without a question:
/// "nvidia-persistenced.service".
bool is_gpu_helper(std::string_view unit);

/// Units of a user's manager that open the buses of a GPU's screens, and may be restarted without
/// a question: PowerDevil keeps /dev/i2c-* open (rockowitz/ddcutil#582).
bool is_screen_helper(std::string_view user_unit);

/// Services that have a device open for a session (logind's and PID 1's copies of what TakeDevice
/// gave away), and let go when the session does.
bool keeps_copies(std::string_view unit);

/// Whether it is the message bus, which is also the unit of what D-Bus itself has started.
bool is_message_bus(std::string_view unit);

/// Services that open devices for a moment, to look at them or to set them up: udev's.
bool only_passes(std::string_view unit);

/// Services whose end would take more with it than the GPU: the daemon that waits for us, and the
/// way in from outside.
bool must_live(std::string_view unit);

/// Sound servers let a card go that is withdrawn in udev, and take one that is offered.
bool is_sound_server(std::string_view process);

/// Display servers, whose end would take the desktop with it.
bool is_compositor(std::string_view process);

/// Display servers that cannot let go of one of their cards: mutter never closes one (mutter#710),
/// Xorg crashes.
bool cannot_let_go(std::string_view process);

} // namespace handoff
