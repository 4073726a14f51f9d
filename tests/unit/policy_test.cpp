// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/policy.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

#include <vector>

using namespace handoff;

namespace {

using Texts = std::vector<std::string>;

const std::string gpu = "0000:01:00.0";
const std::string audio = "0000:01:00.1";
const std::string host_gpu = "0000:00:02.0";
const std::string dm_cgroup = "/system.slice/lightdm.service";
const std::string session_cgroup = "/user.slice/user-1000.slice/session-2.scope";
const std::string manager_cgroup = "/user.slice/user-1000.slice/user@1000.service/session.slice/";

Holder holder(pid_t pid, const std::string& name, const std::string& node,
              const std::string& cgroup) {
    return {.pid = pid,
            .start = "77",
            .name = name,
            .uid = 1000,
            .user = "ann",
            .nodes = {node},
            .cgroup = cgroup};
}

Session session(const std::string& id, const std::string& user, const std::string& type,
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
            .scope = "session-" + id + ".scope",
            .origin = origin};
}

/// A GPU with audio, on which ann's desktop runs: made by LightDM, whose X server has the card.
Machine single() {
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
Machine dual() {
    Machine machine = single();
    machine.functions[gpu].boot_vga = false;
    machine.desktop.screens[host_gpu] = {"DP-1"};
    machine.desktop.sessions = {session("2", "ann", "wayland", "sddm.service")};
    machine.desktop.display_manager = "sddm.service";
    machine.holders = {holder(900, "kwin_wayland", "/dev/dri/card0",
                              manager_cgroup + "plasma-kwin_wayland.service")};
    return machine;
}

Texts steps(const Machine& machine, const Config& config = {}) {
    Texts texts;
    for (const Step& step : free_holders(machine, config, {{gpu, audio}, {}}))
        texts.push_back(text_of(step));
    return texts;
}

std::string refusal(const Machine& machine, const Config& config = {}) {
    try {
        free_holders(machine, config, {{gpu, audio}, {}});
    } catch (const Error& error) {
        return error.what();
    }
    return "not refused";
}

const Texts end_of_lightdm{"unit lightdm.service: active -> inactive",
                           "session 2: active -> ended"};

} // namespace

TEST_CASE("a GPU that nobody has open needs nothing", "[policy]") {
    Machine machine = single();
    machine.holders.clear();
    CHECK(steps(machine).empty());
    machine.holders = {holder(1, "x", "/dev/dri/card7", dm_cgroup)};
    CHECK(steps(machine).empty());
    machine.desktop.trouble = "system bus: is not there; start it";
    CHECK(steps(machine).empty());
    machine.holders = {
        holder(5, "(udev-worker)", "/dev/dri/card0", "/system.slice/systemd-udevd.service")};
    CHECK(steps(machine).empty());
}

TEST_CASE("who has two cards of one driver has this one too", "[policy]") {
    Machine machine = dual();
    Holder& kwin = machine.holders.front();
    kwin.nodes = {"/dev/dri/card7", "/dev/dri/card0"};
    CHECK(steps(machine) == Texts{"card 0000:01:00.0: present -> withdrawn"});
    kwin.name = "Xorg";
    CHECK_THAT(
        refusal(machine),
        contains("Xorg (pid 900, user ann, plasma-kwin_wayland.service) has /dev/dri/card0"));
}

TEST_CASE("the desktop ends where the GPU is its only screen", "[policy]") {
    Machine machine = single();
    machine.holders.push_back(holder(1, "systemd", "/dev/dri/card0", "/init.scope"));
    machine.holders.push_back(
        holder(300, "systemd-logind", "/dev/dri/card0", "/system.slice/systemd-logind.service"));
    machine.holders.push_back(holder(850, "firefox", "/dev/dri/renderD128", session_cgroup));
    CHECK(steps(machine) == end_of_lightdm);
    SECTION("a screen that is reserved for nobody does not count, a connected one does") {
        machine.desktop.screens[host_gpu] = {};
        CHECK(steps(machine) == end_of_lightdm);
        machine.desktop.screens[host_gpu] = {"eDP-1"};
        CHECK_THAT(refusal(machine), contains("Xorg (pid 800"));
        CHECK(steps(machine, {.display = Display::stop}) == end_of_lightdm);
    }
    SECTION("what is left in the user's manager ends too, and is not started again") {
        machine.holders.push_back(
            holder(851, "kwin", "/dev/dri/card0", manager_cgroup + "plasma-kwin_wayland.service"));
        machine.holders.push_back(
            holder(852, "pd", "/dev/dri/card0", manager_cgroup + "plasma-powerdevil.service"));
        Texts expected = end_of_lightdm;
        expected.push_back("session user@1000:plasma-kwin_wayland.service: active -> ended");
        expected.push_back("session user@1000:plasma-powerdevil.service: active -> ended");
        CHECK(steps(machine) == expected);
    }
    SECTION(
        "helpers go first, for they may refuse; sound is withdrawn when its programs are gone") {
        machine.holders.push_back(holder(70, "nvidia-persiste", "/dev/dri/card0",
                                         "/system.slice/nvidia-persistenced.service"));
        machine.holders.push_back(holder(853, "wireplumber", "/dev/snd/controlC0",
                                         manager_cgroup + "wireplumber.service"));
        Texts expected{"unit nvidia-persistenced.service: active -> inactive"};
        expected.insert(expected.end(), end_of_lightdm.begin(), end_of_lightdm.end());
        expected.push_back("card 0000:01:00.1: present -> withdrawn");
        CHECK(steps(machine) == expected);
    }
    SECTION("display = keep never ends it") {
        CHECK(refusal(machine, {.display = Display::keep}) ==
              "0000:01:00.0: the only GPU with a screen, Xorg (pid 800, user ann, "
              "lightdm.service) has /dev/dri/card0 open, and display is \"keep\"; "
              "write display = \"auto\"");
    }
}

TEST_CASE("whatever made the session is stopped, so that it does not make another", "[policy]") {
    Machine machine = single();
    machine.desktop.display_manager.clear();
    machine.desktop.sessions = {session("5", "ann", "tty", "getty@tty1.service")};
    machine.holders = {
        holder(700, "sway", "/dev/dri/card0", "/user.slice/user-1000.slice/session-5.scope")};
    CHECK(steps(machine) ==
          Texts{"unit getty@tty1.service: active -> inactive", "session 5: active -> ended"});
    SECTION("what systemd cannot start again is left to end with the session") {
        machine.desktop.transient = {"getty@tty1.service"};
        CHECK(steps(machine) == Texts{"session 5: active -> ended"});
    }
    SECTION("a greeter ends like a session") {
        machine.desktop.sessions.front().role = "greeter";
        machine.desktop.sessions.front().origin = "greetd.service";
        CHECK(steps(machine) ==
              Texts{"unit greetd.service: active -> inactive", "session 5: active -> ended"});
    }
    SECTION("a text session, another seat and ssh are left alone") {
        machine.desktop.sessions.push_back(session("6", "bob", "tty", "getty@tty3.service"));
        machine.desktop.sessions.push_back(session("7", "bob", "x11", "x.service"));
        machine.desktop.sessions.back().seat = "seat1";
        machine.desktop.sessions.push_back(session("8", "bob", "tty", "ssh.service"));
        machine.desktop.sessions.back().seat = "";
        CHECK(steps(machine).size() == 2);
    }
}

TEST_CASE("a desktop is not ended over people's heads", "[policy]") {
    Machine machine = single();
    SECTION("two people") {
        machine.desktop.sessions.push_back(session("4", "bob", "wayland", "lightdm.service"));
        CHECK(refusal(machine) == "0000:01:00.0: the sessions of ann and bob would end; "
                                  "have one of them log out");
        machine.desktop.sessions.back().closing = true;
        CHECK(steps(machine) == end_of_lightdm);
    }
    SECTION("one at another seat, of the display manager that is stopped") {
        machine.desktop.sessions.push_back(session("4", "bob", "x11", "lightdm.service"));
        machine.desktop.sessions.back().seat = "seat1";
        CHECK_THAT(refusal(machine), contains("the sessions of ann and bob would end"));
    }
    SECTION("a package upgrade") {
        machine.desktop.blockers = {{"apt", "upgrading", 31}};
        CHECK(refusal(machine) == "0000:01:00.0: apt (pid 31) must not be interrupted by the end "
                                  "of the session: upgrading; wait until it is done");
    }
    SECTION("nobody to ask") {
        machine.desktop = {};
        machine.desktop.trouble = "system bus: is not there; start it";
        CHECK(refusal(machine) ==
              "0000:01:00.0: Xorg (pid 800, user ann, lightdm.service) has /dev/dri/card0 open, "
              "its owner is unknown (system bus: is not there); "
              "close it and start again");
    }
}

TEST_CASE("a desktop on the firmware's framebuffer would not come back", "[policy]") {
    Machine machine = single();
    machine.functions[gpu].driver = "none";
    CHECK(refusal(machine) ==
          "0000:01:00.0: Xorg (pid 800, user ann, lightdm.service) has /dev/dri/card0 open, and "
          "without a driver the desktop would not come back; "
          "install the card's driver, or write display = \"stop\"");
    CHECK(steps(machine, {.display = Display::stop}) == end_of_lightdm);
}

TEST_CASE("a compositor with another screen has the card withdrawn", "[policy]") {
    Machine machine = dual();
    CHECK(steps(machine) == Texts{"card 0000:01:00.0: present -> withdrawn"});
    CHECK(steps(machine, {.display = Display::keep}) ==
          Texts{"card 0000:01:00.0: present -> withdrawn"});
    SECTION("but not the card it draws with") {
        machine.functions[gpu].boot_vga = true;
        CHECK(refusal(machine) ==
              "0000:01:00.0: kwin_wayland (pid 900, user ann, plasma-kwin_wayland.service) has "
              "/dev/dri/card0 open and draws the desktop with it; "
              "write display = \"stop\", or run gpu-handoff reserve 0000:01:00.0");
        machine.holders.front().first_card = "/dev/dri/card1";
        CHECK(steps(machine) == Texts{"card 0000:01:00.0: present -> withdrawn"});
        machine.functions[gpu].boot_vga = false;
        machine.holders.front().first_card = "/dev/dri/card0";
        CHECK_THAT(refusal(machine), contains("draws the desktop with it"));
    }
    SECTION("and not one that cannot let go") {
        machine.holders.front().name = "gnome-shell";
        CHECK_THAT(refusal(machine), contains("cannot let it go"));
        CHECK(steps(machine, {.display = Display::stop}) ==
              Texts{"unit sddm.service: active -> inactive", "session 2: active -> ended",
                    "session user@1000:plasma-kwin_wayland.service: active -> ended"});
    }
    SECTION("its helpers are stopped before, for it is waited for until nobody has the card") {
        machine.holders.push_back(holder(901, "org_kde_powerde", "/dev/dri/card0",
                                         manager_cgroup + "plasma-powerdevil.service"));
        machine.holders.push_back(
            holder(902, "pipewire", "/dev/snd/controlC0", manager_cgroup + "pipewire.service"));
        CHECK(steps(machine) ==
              Texts{"unit user@1000:plasma-powerdevil.service: active -> inactive",
                    "card 0000:01:00.0: present -> withdrawn",
                    "card 0000:01:00.1: present -> withdrawn"});
    }
    SECTION("a program on the card is nobody's to stop") {
        machine.holders.push_back(
            holder(903, "game", "/dev/dri/renderD128", manager_cgroup + "app-game.scope"));
        CHECK(refusal(machine) == "0000:01:00.0: game (pid 903, user ann, app-game.scope) has "
                                  "/dev/dri/renderD128 open; "
                                  "close it, or write on_busy = \"terminate\"");
        CHECK(steps(machine, {.on_busy = OnBusy::terminate}) ==
              Texts{"process 903 77 game: running -> ended",
                    "card 0000:01:00.0: present -> withdrawn"});
    }
    SECTION("a service of the user's may be stopped") {
        const std::string portal = "xdg-desktop-portal.service";
        machine.holders.push_back(
            holder(904, "portal", "/dev/dri/renderD128", manager_cgroup + portal));
        CHECK_THAT(refusal(machine),
                   contains("close it, or write stop_units = [\"user@1000:" + portal + "\"]"));
        machine.desktop.transient = {"user@1000:" + portal};
        CHECK_THAT(refusal(machine), contains("close it, or write on_busy"));
    }
    SECTION("the compositor is never terminated") {
        machine.functions[gpu].nodes.push_back({77, "/dev/nvidia0"});
        machine.holders.front().nodes = {"/dev/nvidia0"};
        CHECK(refusal(machine, {.display = Display::keep, .on_busy = OnBusy::terminate}) ==
              "0000:01:00.0: kwin_wayland (pid 900, user ann, plasma-kwin_wayland.service) has "
              "/dev/nvidia0 open; close it, or run gpu-handoff reserve 0000:01:00.0 and restart "
              "the computer");
    }
    SECTION("nor told to be, where only a render node is open") {
        machine.holders.push_back(
            holder(905, "Xwayland", "/dev/dri/renderD128", manager_cgroup + "app-x.scope"));
        const OnBusy on_busy = GENERATE(OnBusy::refuse, OnBusy::terminate);
        CHECK_THAT(refusal(machine, {.on_busy = on_busy}), contains("log out, and start again"));
    }
    SECTION("the framebuffer that the firmware left is the taken card's, if that was the first") {
        machine.desktop.screens = {{"simple-framebuffer.0", {"Unknown-1"}}};
        CHECK(steps(machine) == Texts{"card 0000:01:00.0: present -> withdrawn"});
        machine.functions[gpu].boot_vga = true;
        CHECK_THAT(steps(machine).front(), contains("sddm.service: active -> inactive"));
    }
}

TEST_CASE("services and processes of nobody's desktop", "[policy]") {
    Machine machine = dual();
    machine.holders = {holder(60, "ollama", "/dev/dri/renderD128", "/system.slice/ollama.service")};
    SECTION("a service is stopped if the file says so") {
        CHECK(refusal(machine) ==
              "0000:01:00.0: ollama (pid 60, user ann, ollama.service) has "
              "/dev/dri/renderD128 open; stop it, or write stop_units = [\"ollama.service\"]");
        CHECK_THAT(refusal(machine, {.on_busy = OnBusy::terminate}), contains("stop_units"));
        CHECK(steps(machine, {.stop_units = {"ollama.service"}}) ==
              Texts{"unit ollama.service: active -> inactive"});
    }
    SECTION("not one that nothing could start again") {
        machine.desktop.transient = {"ollama.service"};
        CHECK(refusal(machine, {.stop_units = {"ollama.service"}}) ==
              "0000:01:00.0: ollama (pid 60, user ann, ollama.service) has /dev/dri/renderD128 "
              "open; stop it and start again (a transient unit does not come back)");
    }
    SECTION("a user's unit likewise") {
        machine.desktop.sessions.clear();
        machine.holders.front().cgroup = manager_cgroup + "sunshine.service";
        CHECK_THAT(refusal(machine), contains("close it"));
        CHECK(steps(machine, {.stop_units = {"user@1000:sunshine.service"}}) ==
              Texts{"unit user@1000:sunshine.service: active -> inactive"});
    }
    SECTION("what must live is never touched") {
        const auto [cgroup, remedy] =
            GENERATE(std::pair("/machine.slice/machine-qemu.scope/libvirt",
                               "shut that virtual machine or container down first"),
                     std::pair("/system.slice/libvirtd.service", "restart that service"),
                     std::pair("/system.slice/ssh.service", "restart that service"));
        machine.holders.front().cgroup = cgroup;
        const Config config{.on_busy = OnBusy::terminate,
                            .stop_units = {"libvirtd.service", "ssh.service"}};
        CHECK_THAT(refusal(machine, config), contains(remedy));
    }
    SECTION("copies without a session refuse") {
        machine.holders = {holder(1, "systemd", "/dev/dri/card0", "/init.scope")};
        CHECK_THAT(refusal(machine, {.on_busy = OnBusy::terminate}),
                   contains("log out and in again"));
    }
}

TEST_CASE("what pins a module that is unloaded counts as the card does", "[policy]") {
    Machine machine = dual();
    machine.stacks["nvidia"].nodes = {{9, "/dev/nvidiactl"}};
    machine.holders = {holder(60, "cuda", "/dev/nvidiactl", "")};
    CHECK(free_holders(machine, {}, {{gpu, audio}, {}}).empty());
    const Taken taken{{gpu, audio}, {"nvidia"}};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken),
                      "module nvidia: cuda (pid 60, user ann) has /dev/nvidiactl open; "
                      "close it and start again");
    machine.holders = {holder(900, "kwin_wayland", "/dev/nvidiactl", session_cgroup)};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken), contains("gpu-handoff reserve"));
    machine.holders = {holder(900, "Xorg", "/dev/nvidiactl", session_cgroup)};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken), contains("cannot let it go"));
}
