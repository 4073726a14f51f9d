// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/console.hpp"

#include "libhandoff/fd.hpp"
#include "libhandoff/worker.hpp"

#include <fcntl.h>
#include <linux/vt.h>
#include <sys/ioctl.h>

namespace handoff {
namespace {

/// Above those on which logind starts a login, which would wipe it (logind.conf: NAutoVTs), and
/// with a key of its own.
constexpr int terminal = 12;
/// A console's driver may be what does not come back.
constexpr std::chrono::seconds patience{5};

} // namespace

void show_on_console(const Roots& roots, const std::string& reason) {
    const std::string text =
        "\r\n\n  The desktop did not come back.\r\n\n  " + reason +
        "\r\n\n  Log in on another console (Ctrl+Alt+F2), and try again as root "
        "with \"/usr/sbin/gpu-handoff recover\".\r\n\n";
    try {
        Worker([&] {
            write_text(roots.dev / ("tty" + std::to_string(terminal)), text);
            const Fd consoles(::open((roots.dev / "tty0").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
            ::ioctl(consoles.get(), VT_ACTIVATE, terminal);
            return std::string();
        }).result(Deadline(patience));
    } catch (const std::exception&) {
        // There is no console; the log says the same.
    }
}

} // namespace handoff
