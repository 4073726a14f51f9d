// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/holders.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// What is guarded: a function or module, and the nodes through which processes hold it.
struct Guarded {
    std::string subject;
    std::vector<Node> nodes;
};

/// Somebody has it open, and keeps it.
class Held : public Error {
public:
    Held(const std::string& subject, std::vector<Holder> holders);
    [[nodiscard]] const std::vector<Holder>& holders() const { return holders_; }

private:
    std::vector<Holder> holders_;
};

/// What becomes of a proof when root has used up its inotify instances or watches. Without events
/// an open and close between two scans is not seen, and a close wakes nobody: enough for a return,
/// whose card nobody can have but a virtual machine.
enum class Events { required, wished };

/// The proof that nobody has a device open, without which nothing is unbound or unloaded. A node is
/// free after two clean scans of all processes, the second begun after the first ended, and no open
/// of the node in between (inotify). The first scan may be an earlier one: a gate remembers, so one
/// gate serves one handoff.
class HolderGate {
public:
    /// A handoff looks as find_holders does by itself.
    explicit HolderGate(Effort effort = {}, Events events = Events::required)
        : effort_(effort), events_(events) {}

    /// One look: who holds any of the nodes now. Throws Error if the scan does not end before the
    /// deadline, or not every process may be looked at.
    std::vector<Holder> look(const std::vector<Node>& nodes, const Deadline& deadline);

    /// Waits until nobody holds it. Each close of a node and each end of a holder is an event.
    /// Throws Held at the deadline.
    void wait_until_free(const Guarded& one, const Deadline& deadline);

    /// The whole proof for one, waiting for those who are about to let go. Throws the same, and
    /// Error if a node is opened again and again.
    void require_free(const Guarded& one, const Deadline& deadline);

private:
    struct Watched {
        Node node;
        bool clean =
            false; ///< a scan begun after the watch was set, and after the last open, found nobody
    };

    void watch(const std::vector<Node>& nodes);
    [[nodiscard]] bool wait_for_event(const std::vector<Holder>& holders,
                                      const Deadline& deadline) const;
    /// One of these nodes that was opened since the last call, if any was. Notes the opens of the
    /// others.
    std::optional<Node> opened_since(const std::vector<Node>& nodes);

    Effort effort_;
    Events events_;
    Fd inotify_;
    std::map<dev_t, Watched> watched_;
    std::map<int, dev_t> by_watch_;
};

} // namespace handoff
