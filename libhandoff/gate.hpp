// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/holders.hpp"

#include <map>
#include <string>
#include <vector>

namespace handoff {

/// What is guarded: a function or module, and the nodes through which processes hold it.
struct Guarded {
    std::string subject;
    std::vector<Node> nodes;
};

/// The proof that nobody has a device open, without which nothing is unbound or unloaded. A node is
/// free after two clean scans of all processes, the second begun after the first ended, and no open
/// of the node in between (inotify). The first scan may be an earlier one: a gate remembers, so one
/// gate serves one handoff.
class HolderGate {
public:
    /// One look at all of it: throws Error("subject: Xorg (pid 1234, user ann) has /dev/dri/card1
    /// open; ...") if something is held now, or if the scan does not end before the deadline.
    void look(const std::vector<Guarded>& all, const Deadline& deadline);

    /// The whole proof for one. Throws the same, and Error if a node is opened again and again.
    void require_free(const Guarded& one, const Deadline& deadline);

private:
    struct Watched {
        Node node;
        bool clean =
            false; ///< a scan begun after the watch was set, and after the last open, found nobody
    };

    void watch(const std::vector<Node>& nodes);
    bool opened_since();

    Fd inotify_;
    std::map<dev_t, Watched> watched_;
    std::map<int, dev_t> by_watch_;
};

} // namespace handoff
