// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/gate.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <sys/inotify.h>
#include <system_error>

namespace handoff {
namespace {

/// A process that opens the node again this often will not stop for us.
constexpr int most_scans = 6;

std::vector<Holder> scan(const std::string& subject, const std::vector<Node>& nodes,
                         const Deadline& deadline) {
    try {
        return find_holders(nodes, deadline);
    } catch (const WorkerTimeout&) {
        throw Error(subject, "looking for processes that use it took too long",
                    "raise timeout_s, or look for a process that hangs");
    } catch (const std::system_error& error) {
        throw Error(subject, "not every process can be looked at: " + error.code().message(),
                    "let root read /proc/PID/fd (AppArmor, SELinux)");
    }
}

std::vector<Holder> holding(const std::vector<Holder>& holders, const std::vector<Node>& nodes) {
    std::vector<Holder> its;
    std::ranges::copy_if(holders, std::back_inserter(its), [&](const Holder& holder) {
        return std::ranges::find(nodes, holder.node, &Node::path) != nodes.end();
    });
    return its;
}

} // namespace

void HolderGate::watch(const std::vector<Node>& nodes) {
    if (!inotify_)
        inotify_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify_)
        throw std::system_error(errno, std::generic_category(), "inotify");
    for (const Node& node : nodes) {
        if (watched_.contains(node.device))
            continue;
        const int number = ::inotify_add_watch(inotify_.get(), node.path.c_str(), IN_OPEN);
        // A node without a file under /dev cannot be opened from there either.
        if (number < 0 && errno != ENOENT)
            throw std::system_error(errno, std::generic_category(), node.path);
        if (number >= 0)
            by_watch_[number] = node.device;
        watched_[node.device] = {node};
    }
}

bool HolderGate::opened_since() {
    if (!inotify_)
        return false;
    bool opened = false;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    ssize_t size = 0;
    while ((size = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0) {
        inotify_event event{};
        for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(sizeof event + event.len)) {
            std::memcpy(&event, buffer.data() + at, sizeof event);
            if ((event.mask & IN_Q_OVERFLOW) != 0U) {
                for (auto& [device, watched] : watched_)
                    watched.clean = false;
                opened = true;
            }
            const auto device = by_watch_.find(event.wd);
            if ((event.mask & IN_OPEN) == 0U || device == by_watch_.end())
                continue;
            watched_[device->second].clean = false;
            opened = true;
        }
    }
    return opened;
}

void HolderGate::look(const std::vector<Guarded>& all, const Deadline& deadline) {
    std::vector<Node> nodes;
    for (const Guarded& one : all)
        nodes.insert(nodes.end(), one.nodes.begin(), one.nodes.end());
    if (nodes.empty())
        return;
    watch(nodes);
    opened_since();
    const std::vector<Holder> holders = scan(all.front().subject, nodes, deadline);
    for (const Guarded& one : all)
        if (const std::vector<Holder> its = holding(holders, one.nodes); !its.empty())
            throw Error(one.subject, text_of(its), "close it and start again");
    for (const Node& node : nodes)
        watched_[node.device].clean = true;
}

void HolderGate::require_free(const Guarded& one, const Deadline& deadline) {
    for (int scans = 0; scans < most_scans; ++scans) {
        opened_since();
        const bool proven = std::ranges::all_of(one.nodes, [&](const Node& node) {
            return watched_.contains(node.device) && watched_[node.device].clean;
        });
        look({one}, deadline);
        if (!opened_since() && proven)
            return;
    }
    throw Error(one.subject, "some process opens " + one.nodes.front().path + " again and again",
                "end it and start again");
}

} // namespace handoff
