// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/known_holders.hpp"

#include <algorithm>
#include <array>

namespace handoff {
namespace {

using Name = std::string_view;

constexpr std::array gpu_helpers{
    Name("nvidia-persistenced.service"), Name("nvidia-powerd.service"),
    Name("nvidia-dcgm.service"),         Name("lactd.service"),
    Name("coolercontrold.service"),
};
constexpr std::array screen_helpers{Name("plasma-powerdevil.service")};
constexpr std::array copy_keepers{
    Name("init.scope"),
    Name("systemd-logind.service"),
    Name("elogind.service"),
    Name("seatd.service"),
};
constexpr std::array message_buses{Name("dbus.service"), Name("dbus-broker.service")};
constexpr std::array vital{
    Name("libvirtd.service"), Name("virtqemud.service"), Name("virtnodedevd.service"),
    Name("ssh.service"),      Name("sshd.service"),
};
/// Names of processes are cut off after 15 bytes.
constexpr std::array sound_servers{Name("pipewire"), Name("pipewire-pulse"), Name("wireplumber"),
                                   Name("pipewire-media-"), Name("pulseaudio")};
/// Those that are not among `holding_on`.
constexpr std::array compositors{
    Name("kwin_wayland"), Name("Xwayland"), Name("Hyprland"), Name("sway"),   Name("wayfire"),
    Name("labwc"),        Name("river"),    Name("niri"),     Name("weston"), Name("cosmic-comp")};
constexpr std::array holding_on{Name("gnome-shell"), Name("mutter"), Name("Xorg"), Name("X")};

template <std::size_t Count> bool contains(const std::array<Name, Count>& names, Name name) {
    return std::ranges::find(names, name) != names.end();
}

} // namespace

bool is_gpu_helper(Name unit) {
    return contains(gpu_helpers, unit);
}

bool is_screen_helper(Name user_unit) {
    return contains(screen_helpers, user_unit);
}

bool keeps_copies(Name unit) {
    return contains(copy_keepers, unit) || is_message_bus(unit);
}

bool is_message_bus(Name unit) {
    return contains(message_buses, unit);
}

bool only_passes(Name unit) {
    return unit == "systemd-udevd.service";
}

bool must_live(Name unit) {
    return contains(vital, unit);
}

bool is_sound_server(Name process) {
    return contains(sound_servers, process);
}

bool is_compositor(Name process) {
    return contains(compositors, process) || contains(holding_on, process);
}

bool cannot_let_go(Name process) {
    return contains(holding_on, process);
}

} // namespace handoff
