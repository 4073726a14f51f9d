// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/catch.hpp"
#include "tests/unit/policed.hpp"

using namespace policed;

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
        // With the user's bus the whole desktop would go.
        machine.holders.back().cgroup = manager_cgroup + "dbus.service";
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
        machine.holders.back().cgroup =
            "/user.slice/user-1000.slice/session-9.scope"; // as of a remote login
        CHECK_THAT(refusal(machine, {.on_busy = on_busy}), contains("log out, and start again"));
    }
    SECTION("the framebuffer that the firmware left is the taken card's, if that was the first") {
        machine.desktop.screens = {{"simple-framebuffer.0", {"Unknown-1"}}};
        CHECK(steps(machine) == Texts{"card 0000:01:00.0: present -> withdrawn"});
        Function& taken = machine.functions[gpu];
        SECTION("by the firmware's word") {
            taken.boot_vga = true;
        }
        SECTION("by where it lies") {
            taken.framebuffers = {"simple-framebuffer.0"};
        }
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
    machine.functions[gpu].device_class = 0x030000;
    machine.functions[gpu].module = "nvidia";
    machine.holders = {holder(60, "cuda", "/dev/nvidiactl", "")};
    CHECK(free_holders(machine, {}, {{gpu, audio}, {}}).empty());
    const Taken taken{{gpu, audio}, {"nvidia"}};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken),
                      "module nvidia: cuda (pid 60, user ann) has /dev/nvidiactl open; "
                      "close it and start again");
    machine.holders = {holder(900, "kwin_wayland", "/dev/nvidiactl", session_cgroup)};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken), contains("gpu-handoff reserve " + gpu));
    machine.holders = {holder(900, "Xorg", "/dev/nvidiactl", session_cgroup)};
    CHECK_THROWS_WITH(free_holders(machine, {}, taken), contains("cannot let it go"));
}
