// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace handoff {

/// A character device node of a PCI function.
struct Node {
    dev_t device;     ///< st_rdev
    std::string path; ///< for people: "/dev/dri/card1"

    bool operator==(const Node&) const = default;
};

/// A process that has nodes open or mapped.
struct Holder {
    pid_t pid = 0;
    std::string start = {};              ///< as in ProcessId
    std::string name = {};               ///< /proc/PID/comm: up to 15 bytes of anything
    std::string user = {};               ///< its real user's login name, or the uid as a number
    std::vector<std::string> nodes = {}; ///< Node::path of each that it has, DRM cards first
    /// "/user.slice/user-1000.slice/session-2.scope"; empty without systemd.
    std::string cgroup = {};
    /// The card that its environment names as a compositor's first (KWIN_DRM_DEVICES and the like),
    /// resolved: "/dev/dri/card0". Empty if it names none.
    std::string first_card = {};

    bool operator==(const Holder&) const = default;
};

/// What is looked at in a process.
enum class Look { descriptors, descriptors_and_mappings };

/// What becomes of a process that we may not look at, as a user or because of a security module.
enum class Unreadable { is_error, is_skipped };

/// How find_holders works. A handoff uses these values, since what was not seen is not proven free.
struct Effort {
    unsigned workers =
        2; ///< at most; share the processes, if they are many, and there are as many cores
    Look look = Look::descriptors_and_mappings;
    Unreadable unreadable = Unreadable::is_error;
};

/// Every process that has one of the nodes open, or a mapping of it (mappings outlive close(2)),
/// one entry per process. Compares device numbers and never paths, so containers, bind mounts and
/// deleted nodes are seen. Descriptors in flight over a socket and references inside the kernel are
/// not to be seen from here. Works in worker processes: a process whose address space is locked
/// would block the reader of its maps. Throws WorkerTimeout at the deadline, and std::system_error
/// (EACCES) if a process may not be looked at. The calling process and its workers are left out.
std::vector<Holder> find_holders(const std::vector<Node>& nodes, const Deadline& deadline,
                                 const std::filesystem::path& proc = "/proc",
                                 const Effort& effort = {});

/// "Xorg (pid 1234, user ann, lightdm.service) has /dev/dri/card1 open" for the first two, and a
/// count of the rest. Those that keep a copy for another one (logind) come last.
std::string text_of(std::vector<Holder> holders);

} // namespace handoff
