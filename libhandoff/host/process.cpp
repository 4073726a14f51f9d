// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/pidfd.hpp"
#include "libhandoff/process.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <poll.h>

#include <system_error>

namespace handoff {
namespace {

/// How long a process may take to end by itself; it has less if less is left.
constexpr std::chrono::seconds patience{5};

/// "1234 8848 ollama" as the process it names.
ProcessId process_of(const std::string& subject) {
    ProcessId id;
    const char* end = subject.data() + subject.size();
    const char* space = std::from_chars(subject.data(), end, id.pid).ptr;
    const char* start = std::min(space + 1, end);
    id.start = std::string(start, std::find(start, end, ' '));
    return id;
}

bool has_ended(const Fd& process, const Deadline& deadline) {
    pollfd waiting{process.get(), POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&waiting, 1, deadline.poll_timeout())) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

} // namespace

std::string process_state(const Roots& roots, const std::string& subject) {
    return alive(process_of(subject), roots.proc) ? "running" : "ended";
}

bool set_process(HostContext& context, const std::string& subject, const std::string& state,
                 const Deadline& deadline) {
    const ProcessId id = process_of(subject);
    // The descriptor first: from then on no other process can have that number for us.
    const Fd process(::pidfd_open(id.pid, 0));
    if (!process || process_state(context.roots, subject) == state)
        return false;
    ::pidfd_send_signal(process.get(), SIGTERM, nullptr, 0);
    if (has_ended(process,
                  Deadline(std::min<std::chrono::milliseconds>(patience, deadline.left() / 2))))
        return true;
    ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);
    if (!has_ended(process, deadline))
        throw Error("process " + subject, "does not end, not even by SIGKILL",
                    "look at /proc/" + std::to_string(id.pid) + "/wchan, or restart the host");
    return true;
}

} // namespace handoff
