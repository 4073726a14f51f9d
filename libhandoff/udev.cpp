// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/udev.hpp"

#include "libhandoff/devices.hpp"

#include <array>
#include <cerrno>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace handoff {

bool reload_udev_rules() {
    std::array<std::string, 3> words{"udevadm", "control", "--reload"};
    std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
    pid_t child = 0;
    if (::posix_spawn(&child, "/usr/bin/udevadm", nullptr, nullptr, arguments.data(), environ) != 0)
        return false;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void apply_udev_rules(const Roots& roots, const std::string& address) {
    for (const Device& device : devices_below(roots, address))
        if (device.subsystem == "drm" && device.directory.filename().string().starts_with("card"))
            write_text(device.directory / "uevent", "change");
}

} // namespace handoff
