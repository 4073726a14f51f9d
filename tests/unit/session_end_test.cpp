// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/catch.hpp"
#include "tests/unit/policed.hpp"

using namespace policed;

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
    SECTION("what D-Bus started ends by itself: its unit is that of the bus") {
        machine.holders.push_back(
            holder(854, "nautilus", "/dev/dri/renderD128", manager_cgroup + "dbus.service"));
        Texts expected = end_of_lightdm;
        expected.push_back("process 854 77 nautilus: running -> ended");
        CHECK(steps(machine) == expected);
    }
    SECTION("whatever logind calls the session of a person") {
        machine.desktop.sessions.front().role = "user-light";
        CHECK(steps(machine) == end_of_lightdm);
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
        machine.desktop.sessions.push_back(session("4", "bob", "wayland", "getty@tty4.service"));
        machine.desktop.sessions.back().role = GENERATE("user", "user-light");
        CHECK(refusal(machine) == "0000:01:00.0: the sessions of ann and bob would end; "
                                  "have one of them log out");
        machine.desktop.sessions.back().closing = true;
        CHECK(steps(machine) == end_of_lightdm);
    }
    SECTION("one at another seat, of the display manager that is stopped") {
        machine.desktop.sessions.push_back(session("4", "bob", "x11", "lightdm.service"));
        machine.desktop.sessions.back().seat = "seat1";
        machine.desktop.sessions.back().role = GENERATE("user", "user-early");
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
