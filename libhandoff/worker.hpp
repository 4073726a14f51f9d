// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace handoff {

/// A worker that did not answer in time. It lives on: a process inside driver code cannot be ended,
/// and killing the writer of an unbind changes nothing but its state: SIGKILL turns the wait of
/// nvidia's remove() into a busy loop.
class WorkerTimeout : public std::runtime_error {
public:
    explicit WorkerTimeout(pid_t pid);
    /// Process id of the worker left behind.
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

/// For a worker whose call ends when nobody waits for its answer any more.
struct Late {
    /// A descriptor that the process keeps during the call: whoever locks the file after us
    /// waits for a call that outlives us. Closed before the action.
    int lock = -1;
    std::function<void()> action;
};

/// A call in a forked process, for whatever may block in the kernel for ever. The process owns none
/// of our descriptors (libvirt waits for the end of the hook's stderr), and is a session of its
/// own.
class Worker {
public:
    using Call = std::function<std::string()>;

    /// Starts `call`. When it ends and nobody waits for its answer any more, the process runs
    /// late.action.
    explicit Worker(const Call& call, const Late& late = {});

    /// What the call returned. Rethrows its std::system_error, or throws std::runtime_error with
    /// the text of another exception, or WorkerTimeout at the deadline.
    std::string result(const Deadline& deadline);

private:
    pid_t pid_ = -1;
    Fd channel_;
};

} // namespace handoff
