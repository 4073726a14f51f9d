// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/gate.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/pidfd.hpp"
#include "libhandoff/worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <set>
#include <sys/inotify.h>
#include <system_error>

namespace handoff {
namespace {

/// A process that opens the node again this often will not stop for us.
constexpr int most_scans = 6;

std::vector<Holder> scan(const std::vector<Node>& nodes, const Deadline& deadline,
                         const Effort& effort) {
    const std::string& subject = nodes.front().path;
    try {
        return find_holders(nodes, deadline, "/proc", effort);
    } catch (const WorkerTimeout&) {
        throw Error(subject, "looking for processes that use it took too long",
                    "raise timeout_s, or look for a process that hangs");
    } catch (const std::system_error& error) {
        throw Error(subject, "not every process can be looked at: " + error.code().message(),
                    "let root read /proc/PID/fd (AppArmor, SELinux)");
    }
}

} // namespace

Held::Held(const std::string& subject, std::vector<Holder> holders)
    : Error(subject, text_of(holders), "close it and start again"), holders_(std::move(holders)) {}

void HolderGate::watch(const std::vector<Node>& nodes) {
    if (!inotify_)
        inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_ && events_ == Events::required)
        throw Error("inotify", std::generic_category().message(errno),
                    "raise fs.inotify.max_user_instances (sysctl)");
    for (const Node& node : nodes) {
        if (watched_.contains(node.device))
            continue;
        const int number =
            ::inotify_add_watch(inotify_.get(), node.path.c_str(), IN_OPEN | IN_CLOSE);
        // A node without a file under /dev cannot be opened from there either.
        if (number < 0 && errno != ENOENT && events_ == Events::required)
            throw std::system_error(errno, std::generic_category(), node.path);
        if (number >= 0)
            by_watch_[number] = node.device;
        watched_[node.device] = {node};
    }
}

std::optional<Node> HolderGate::opened_since(const std::vector<Node>& nodes) {
    if (!inotify_)
        return std::nullopt;
    std::set<dev_t> opened;
    alignas(inotify_event) std::array<char, 4096>
        buffer; // NOLINT(*-member-init): written by the kernel
    ssize_t size = 0;
    while ((size = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0) {
        inotify_event event{};
        for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(sizeof event + event.len)) {
            std::memcpy(&event, buffer.data() + at, sizeof event);
            if ((event.mask & IN_Q_OVERFLOW) != 0U) // of any of them
                for (const auto& [any, watched] : watched_)
                    opened.insert(any);
            const auto device = by_watch_.find(event.wd);
            if ((event.mask & IN_OPEN) != 0U && device != by_watch_.end())
                opened.insert(device->second);
        }
    }
    for (const dev_t device : opened)
        watched_[device].clean = false;
    const auto first =
        std::ranges::find_if(nodes, [&](const Node& node) { return opened.contains(node.device); });
    return first == nodes.end() ? std::nullopt : std::optional(*first);
}

std::vector<Holder> HolderGate::look(const std::vector<Node>& nodes, const Deadline& deadline) {
    if (nodes.empty())
        return {};
    watch(nodes);
    opened_since({});
    std::vector<Holder> holders = scan(nodes, deadline, effort_);
    for (const Node& node : nodes)
        watched_[node.device].clean = holders.empty(); // a holder may have more than the one named
    return holders;
}

bool HolderGate::wait_for_event(const std::vector<Holder>& holders,
                                const Deadline& deadline) const {
    // A holder in a container may have a node of its own, whose close is not seen here: its end is.
    std::vector<Fd> processes;
    std::vector<pollfd> events{{inotify_.get(), POLLIN, 0}};
    for (const Holder& holder : holders) {
        processes.emplace_back(::pidfd_open(holder.pid, 0));
        if (!processes.back() && errno == ESRCH)
            return true; // it has ended
        events.push_back({processes.back().get(), POLLIN, 0});
    }
    int ready = 0;
    while ((ready = ::poll(events.data(), events.size(), deadline.poll_timeout())) < 0 &&
           errno == EINTR) {
    }
    return ready > 0;
}

void HolderGate::wait_until_free(const Guarded& one, const Deadline& deadline) {
    for (;;) {
        const std::vector<Holder> holders = look(one.nodes, deadline);
        if (holders.empty())
            return;
        if (deadline.left().count() == 0 || !wait_for_event(holders, deadline))
            throw Held(one.subject, holders);
    }
}

void HolderGate::require_free(const Guarded& one, const Deadline& deadline) {
    std::string opened;
    for (int scans = 0; scans < most_scans; ++scans) {
        opened_since({});
        const bool proven = std::ranges::all_of(one.nodes, [&](const Node& node) {
            return watched_.contains(node.device) && watched_[node.device].clean;
        });
        wait_until_free(one, deadline);
        const std::optional<Node> again = opened_since(one.nodes);
        if (!again && proven)
            return;
        if (again)
            opened = again->path;
    }
    throw Error(one.subject, "some process opens " + opened + " again and again",
                "end it and start again");
}

} // namespace handoff
