// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/error.hpp"
#include "libhandoff/policy.hpp"

#include <string>
#include <vector>

/// Machines whose GPU somebody has open, and what the policy makes of them.
namespace policed {

using namespace handoff;

using Texts = std::vector<std::string>;

inline const std::string gpu = "0000:01:00.0";
inline const std::string audio = "0000:01:00.1";
inline const std::string host_gpu = "0000:00:02.0";
inline const std::string dm_cgroup = "/system.slice/lightdm.service";
inline const std::string session_cgroup = "/user.slice/user-1000.slice/session-2.scope";
inline const std::string manager_cgroup =
    "/user.slice/user-1000.slice/user@1000.service/session.slice/";

inline Holder holder(pid_t pid, const std::string& name, const std::string& node,
                     const std::string& cgroup) {
    return {
        .pid = pid, .start = "77", .name = name, .user = "ann", .nodes = {node}, .cgroup = cgroup};
}

inline Session session(const std::string& id, const std::string& user, const std::string& type,
                       const std::string& origin) {
    return {.id = id,
            .uid = user == "ann" ? 1000U : 1001U,
            .user = user,
            .seat = "seat0",
            .tty = "tty2",
            .type = type,
            .role = "user",
            .closing = false,
            .leader = 500,
            .origin = origin};
}

/// A GPU with audio, on which ann's desktop runs: made by LightDM, whose X server has the card.
inline Machine single() {
    Machine machine;
    machine.functions[gpu].nodes = {{1, "/dev/dri/card0"}, {2, "/dev/dri/renderD128"}};
    machine.functions[gpu].boot_vga = true;
    machine.functions[audio].nodes = {{3, "/dev/snd/controlC0"}};
    machine.desktop.sessions = {session("2", "ann", "x11", "lightdm.service")};
    machine.desktop.display_manager = "lightdm.service";
    machine.desktop.screens = {{gpu, {"HDMI-A-1"}}};
    machine.holders = {holder(800, "Xorg", "/dev/dri/card0", dm_cgroup)};
    return machine;
}

/// The same beside another GPU that the firmware starts on; KWin has both cards.
inline Machine dual() {
    Machine machine = single();
    machine.functions[gpu].boot_vga = false;
    machine.desktop.screens[host_gpu] = {"DP-1"};
    machine.desktop.sessions = {session("2", "ann", "wayland", "sddm.service")};
    machine.desktop.display_manager = "sddm.service";
    machine.holders = {holder(900, "kwin_wayland", "/dev/dri/card0",
                              manager_cgroup + "plasma-kwin_wayland.service")};
    return machine;
}

inline Texts steps(const Machine& machine, const Config& config = {}) {
    Texts texts;
    for (const Step& step : free_holders(machine, config, {{gpu, audio}, {}}))
        texts.push_back(text_of(step));
    return texts;
}

inline std::string refusal(const Machine& machine, const Config& config = {}) {
    try {
        free_holders(machine, config, {{gpu, audio}, {}});
    } catch (const Error& error) {
        return error.what();
    }
    return "not refused";
}

inline const Texts end_of_lightdm{"unit lightdm.service: active -> inactive",
                                  "session 2: active -> ended"};

} // namespace policed
