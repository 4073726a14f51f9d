// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/daemon.hpp"

#include "libhandoff/error.hpp"

#include <optional>
#include <unistd.h>

namespace handoff {

ProcessId find_daemon(const Roots& roots, const std::string& domain) {
    const std::optional<ProcessId> parent = process(::getppid(), roots.proc);
    const std::string name = read_text(roots.proc / "1/comm").value_or("");
    const bool is_daemon = name == "libvirtd" || name == "virtqemud"; // in a container
    if (!parent || (parent->pid == 1 && !is_daemon))
        throw Error(domain, "the libvirt daemon has ended", "start the domain again");
    return *parent;
}

void require_daemon(const ProcessId& daemon, const std::string& domain) {
    if (::getppid() != daemon.pid)
        throw Error(domain, "the libvirt daemon ended during the handoff",
                    "start the domain again");
}

} // namespace handoff
