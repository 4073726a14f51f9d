// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/scan.hpp"

#include "libhandoff/fd.hpp"
#include "libhandoff/holder_of.hpp"
#include "libhandoff/mappings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unordered_map>

namespace handoff {
namespace {

[[noreturn]] void fail(int error, const std::filesystem::path& what) {
    throw std::system_error(error, std::generic_category(), what.string());
}

/// Calls `visit` with every name in the directory. Not readdir(3): it would allocate and free 32
/// KiB for every process. Returns the errno of a failed read, or 0.
template <typename Visit> int for_each_name(const Fd& directory, const Visit& visit) {
    alignas(dirent64) std::array<char, 16384>
        buffer; // NOLINT(*-member-init): written by the kernel
    ssize_t size = 0;
    while ((size = ::getdents64(directory.get(), buffer.data(), buffer.size())) > 0)
        for (ssize_t at = 0; at < size;) {
            const char* entry = buffer.data() + at;
            decltype(dirent64::d_reclen) length = 0;
            std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof length);
            const char* name = entry + offsetof(dirent64, d_name);
            if (*name != '.')
                visit(name);
            at += length;
        }
    return size < 0 ? errno : 0;
}

Fd open_directory(const std::filesystem::path& path) {
    Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        fail(errno, path);
    return directory;
}

/// What lies behind a link of procfs.
struct Target {
    int error = 0;
    std::optional<dev_t> device = {}; ///< of a character device
};

Target target(const Fd& directory, const char* link) {
    struct statx status {};
    // DONT_SYNC: the server of a FUSE file system is not asked, and so cannot keep us waiting.
    if (::statx(directory.get(), link, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE, &status) ==
        0) {
        if (!S_ISCHR(status.stx_mode))
            return {};
        return {.device = makedev(status.stx_rdev_major, status.stx_rdev_minor)};
    }
    const int error = errno;
    std::array<char, 1> text{};
    // FUSE shuts root out of a user's files, and a dead file system has errors of its own: no
    // devices. If the process is what shuts us out or is gone, the link cannot be read either.
    const bool link_is_there = ::readlinkat(directory.get(), link, text.data(), text.size()) >= 0;
    return {.error = link_is_there ? 0 : error};
}

using Nodes = std::vector<const Node*>;

class Scan {
public:
    Scan(const std::vector<Node>& nodes, const std::filesystem::path& proc, Unreadable unreadable)
        : nodes_(nodes), unreadable_(unreadable), proc_(open_directory(proc)) {}

    /// Returns whether the process has anything open at all.
    bool add_open(const std::string& pid, Nodes& found) const {
        bool any = false;
        if (const Fd fds = open(pid + "/fd", O_DIRECTORY))
            require(for_each_name(fds, [&](const char* name) {
                any = true;
                add(node(target(fds, name)), found);
            }));
        return any;
    }

    void add_mapped(const std::string& pid, Nodes& found) {
        if (const Fd maps = open(pid + "/maps", 0))
            require(for_each_mapping(
                maps, [&](const Mapping& mapping) { add(judge(pid, mapping), found); }));
    }

    /// The threads of a process, if there is more than one. /proc/TID is there for each of them,
    /// though it is not listed (proc_pid_lookup() in fs/proc/base.c).
    std::vector<std::string> threads(const std::string& pid) const {
        std::vector<std::string> ids;
        const std::string directory = pid + "/task";
        struct statx status {};
        constexpr unsigned links_of_one = 3; // of the directory itself, and one for each thread
        if (::statx(proc_.get(), directory.c_str(), 0, STATX_NLINK, &status) != 0)
            require(errno);
        else if (status.stx_nlink > links_of_one)
            if (const Fd tasks = open(directory, O_DIRECTORY))
                require(for_each_name(tasks, [&](const char* name) { ids.emplace_back(name); }));
        return ids;
    }

private:
    static void add(const Node* node, Nodes& found) {
        if (node != nullptr && std::ranges::find(found, node) == found.end())
            found.push_back(node);
    }

    /// Something of a process could not be read: fine if it has ended.
    void require(int error) const {
        const bool gone = error == ENOENT || error == ESRCH;
        const bool shut = error == EACCES || error == EPERM;
        if (error != 0 && !gone && !(shut && unreadable_ == Unreadable::is_skipped))
            fail(error, "/proc");
    }

    Fd open(const std::string& name, int flags) const {
        Fd fd(::openat(proc_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | flags));
        require(fd ? 0 : errno);
        return fd;
    }

    const Node* node(const Target& found) const {
        require(found.error);
        if (!found.device)
            return nullptr;
        const auto at = std::ranges::find(nodes_, *found.device, &Node::device);
        return at == nodes_.end() ? nullptr : &*at;
    }

    const Node* judge(const std::string& pid, const Mapping& mapping) {
        if (const auto known = judged_.find(mapping.file); known != judged_.end())
            return known->second;
        const std::string link = pid + "/map_files/" + link_of(mapping);
        const Target found = target(proc_, link.c_str());
        const Node* held = node(found);
        if (found.error == 0)
            judged_[mapping.file] = held;
        return held;
    }

    const std::vector<Node>& nodes_;
    Unreadable unreadable_;
    Fd proc_;
    /// The mapped files that were looked at in this scan, with the node that each is, or none.
    std::unordered_map<FileId, const Node*, FileId::Hash> judged_;
};

} // namespace

std::vector<pid_t> processes_in(const std::filesystem::path& proc) {
    const Fd directory = open_directory(proc);
    std::vector<pid_t> pids;
    const int error = for_each_name(directory, [&](const char* name) {
        pid_t pid = 0;
        const char* end = name + std::strlen(name);
        const auto [stop, wrong] = std::from_chars(name, end, pid);
        if (wrong == std::errc() && stop == end)
            pids.push_back(pid);
    });
    if (error != 0)
        fail(error, proc);
    return pids;
}

std::vector<Holder> scan(const std::vector<Node>& nodes, const std::vector<pid_t>& pids,
                         const std::filesystem::path& proc, const Effort& effort) {
    Scan scan(nodes, proc, effort.unreadable);
    std::vector<Holder> holders;
    for (const pid_t pid : pids) {
        const std::string directory = std::to_string(pid);
        Nodes found;
        const auto look_at = [&](const std::string& task) {
            const bool any = scan.add_open(task, found);
            if (effort.look == Look::descriptors_and_mappings)
                scan.add_mapped(task, found);
            return any;
        };
        // When its first thread has ended, nothing is to be seen of what the others share.
        if (!look_at(directory))
            for (const std::string& thread : scan.threads(directory))
                look_at(thread);
        if (!found.empty())
            holders.push_back(holder_of(pid, found, proc));
    }
    return holders;
}

} // namespace handoff
