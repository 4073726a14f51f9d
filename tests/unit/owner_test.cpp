// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/owner.hpp"

#include "tests/unit/catch.hpp"

using namespace handoff;

TEST_CASE("the owner of a process is read from its cgroup", "[owner]") {
    struct Case {
        const char* cgroup;
        Owner owner;
        const char* subject;
    };
    const Case one = GENERATE(
        Case{"", {}, ""}, Case{"/", {}, ""},
        Case{"/init.scope", {.unit = "init.scope"}, "init.scope"},
        Case{"/system.slice/lightdm.service", {.unit = "lightdm.service"}, "lightdm.service"},
        Case{"/system.slice/system-getty.slice/getty@tty1.service",
             {.unit = "getty@tty1.service"},
             "getty@tty1.service"},
        Case{"/system.slice/docker-0a1b.scope/init",
             {.unit = "docker-0a1b.scope"},
             "docker-0a1b.scope"},
        Case{"/user.slice/user-1000.slice/session-c2.scope",
             {.unit = "session-c2.scope", .session = "c2"},
             "session-c2.scope"},
        Case{"/user.slice/user-1000.slice/user@1000.service/session.slice/"
             "plasma-kwin_wayland.service",
             {.unit = "user@1000.service",
              .manager = 1000,
              .user_unit = "plasma-kwin_wayland.service"},
             "user@1000:plasma-kwin_wayland.service"},
        Case{"/user.slice/user-7.slice/user@7.service/app.slice/app-org.x.slice/a.scope/b",
             {.unit = "user@7.service", .manager = 7, .user_unit = "a.scope"},
             "user@7:a.scope"},
        Case{"/user.slice/user-7.slice/user@7.service/machine.slice/libpod-1.scope",
             {.unit = "user@7.service", .manager = 7, .user_unit = "libpod-1.scope"},
             "user@7:libpod-1.scope"},
        Case{"/machine.slice/machine-qemu\\x2d1\\x2dmac.scope/libvirt/emulator",
             {.unit = "machine-qemu\\x2d1\\x2dmac.scope", .machine = true},
             "machine-qemu\\x2d1\\x2dmac.scope"},
        Case{"/system.slice/_cgroup.service", {.unit = "cgroup.service"}, "cgroup.service"});
    const Owner owner = owner_of(one.cgroup);
    CHECK(owner == one.owner);
    CHECK(owner.subject() == one.subject);
}
