// SPDX-License-Identifier: GPL-2.0-or-later

// The holder scan against fuser, among 2,000 processes with 20 open files each.

#include "libhandoff/fd.hpp"
#include "libhandoff/holders.hpp"
#include "tests/bench/bench.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace handoff::bench {
namespace {

constexpr std::size_t crowd_size = 2000;
constexpr int open_files = 20;
constexpr std::size_t libraries = 12;
constexpr int rounds = 9;
constexpr double bar = 1.3;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::vector<std::string> some_libraries() {
    std::vector<std::string> files;
    for (const char* directory : {"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"})
        for (const auto& entry : std::filesystem::directory_iterator(
                 directory, std::filesystem::directory_options::skip_permission_denied))
            if (files.size() < libraries && entry.is_regular_file() &&
                entry.path().string().find(".so") != std::string::npos && entry.file_size() > 65536)
                files.push_back(entry.path());
    return files;
}

constexpr off_t page = 4096;

void map(int fd, off_t offset, int protection, int flags) {
    if (::mmap(nullptr, page, protection, flags, fd, offset) == MAP_FAILED)
        ::_exit(1);
}

/// What a program of a desktop has: libraries in several pieces, anonymous memory between them,
/// shared memory; and sockets, event counters and files.
void settle(const std::vector<std::string>& files, const Node* node) {
    for (const std::string& file : files) {
        const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        map(fd, 0, PROT_READ, MAP_PRIVATE);
        map(fd, page, PROT_READ | PROT_EXEC, MAP_PRIVATE);
        map(fd, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
        map(-1, 0, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
        ::close(fd);
    }
    const int memory = ::memfd_create("shared", 0);
    if (::ftruncate(memory, page) != 0)
        ::_exit(1);
    map(memory, 0, PROT_READ | PROT_WRITE, MAP_SHARED);
    for (int fd = memory; fd < open_files - 1;)
        fd = fd % 3 == 0 ? ::socket(AF_UNIX, SOCK_STREAM, 0)
             : fd % 3 == 1
                 ? ::eventfd(0, 0)
                 : ::open(files[static_cast<std::size_t>(fd) % files.size()].c_str(), O_RDONLY);
    if (node != nullptr)
        ::dup2(::open(node->path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK), open_files - 1);
}

/// Processes that live as long as this object, and no longer than this program.
class Crowd {
public:
    /// One in the middle has the node open.
    explicit Crowd(const Node& node) {
        const std::vector<std::string> files = some_libraries();
        std::array<int, 2> ready{};
        if (::pipe2(ready.data(), O_CLOEXEC) != 0)
            fail("pipe");
        Fd ours(ready[0]);
        Fd theirs(ready[1]);
        const pid_t parent = ::getpid();
        while (pids_.size() < crowd_size) {
            const pid_t pid = ::fork();
            if (pid < 0)
                fail("fork");
            if (pid == 0)
                live(files, pids_.size() == crowd_size / 2 ? &node : nullptr, theirs, parent);
            pids_.push_back(pid);
        }
        theirs.reset();
        char byte = 0;
        for (std::size_t heard = 0; heard < crowd_size; ++heard)
            if (::read(ours.get(), &byte, 1) != 1)
                throw std::runtime_error("the crowd is not complete");
    }
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd() {
        for (const pid_t pid : pids_)
            ::kill(pid, SIGKILL);
        for (const pid_t pid : pids_)
            ::waitpid(pid, nullptr, 0);
    }

    [[nodiscard]] pid_t holder() const { return pids_[crowd_size / 2]; }

private:
    [[noreturn]] static void live(const std::vector<std::string>& files, const Node* node,
                                  const Fd& ready, pid_t parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent)
            ::_exit(1);
        const int tell = ::fcntl(ready.get(), F_DUPFD, 100);
        ::close_range(3, 99, 0);
        settle(files, node);
        if (::write(tell, "r", 1) != 1)
            ::_exit(1);
        ::close(tell);
        for (;;)
            ::pause();
    }

    std::vector<pid_t> pids_;
};

/// Nodes that nobody has open on an ordinary machine.
std::vector<Node> quiet_nodes() {
    std::vector<Node> nodes;
    for (const char* path : {"/dev/vga_arbiter", "/dev/loop-control", "/dev/fuse", "/dev/tty62",
                             "/dev/tty63", "/dev/cpu_dma_latency"}) {
        struct stat status {};
        if (::stat(path, &status) == 0 && S_ISCHR(status.st_mode))
            nodes.push_back({status.st_rdev, path});
    }
    if (nodes.empty())
        throw std::runtime_error("no device node to look for");
    return nodes;
}

/// One way to scan, and the times it took.
struct Way {
    const char* name;
    Effort effort;
    Times times = {};
};

void scan(Way& way, const std::vector<Node>& nodes, pid_t holder) {
    std::vector<Holder> holders;
    way.effort.unreadable = Unreadable::is_skipped; // as fuser does
    way.times.measure([&] {
        holders = find_holders(nodes, Deadline(std::chrono::minutes(1)), "/proc", way.effort);
    });
    if (std::ranges::none_of(holders, [&](const Holder& found) { return found.pid == holder; }))
        throw std::runtime_error("the scan missed the holder");
}

int bench() {
    const std::vector<Node> nodes = quiet_nodes();
    std::vector<std::string> fuser{"fuser", "-s"};
    for (const Node& node : nodes)
        fuser.push_back(node.path);
    const Crowd crowd(nodes.front());
    // What fuser says of processes it may not look at is of no use here.
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));

    std::array ways{
        Way{"descriptors and mappings", {}},
        Way{"the same, 1 worker", {.workers = 1}},
        Way{"descriptors", {.look = Look::descriptors}},
        Way{"the same, 1 worker", {.workers = 1, .look = Look::descriptors}},
    };
    Times fuser_times;
    for (int round = 0; round < rounds; ++round) {
        fuser_times.measure([&] { run_program(fuser, null.get(), null.get()); });
        for (Way& way : ways)
            scan(way, nodes, crowd.holder());
    }
    for (const Way& way : ways)
        std::printf("holder scan, %-24s  %.1fx as fast as fuser   %.0f ms : %.0f ms\n", way.name,
                    fuser_times.median() / way.times.median(), way.times.median(),
                    fuser_times.median());
    const bool kept = fuser_times.median() / ways.front().times.median() >= bar;
    if (!kept)
        std::printf("MISSED: at least %.1fx\n", bar);
    return kept ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace
} // namespace handoff::bench

int main() {
    try {
        return handoff::bench::bench();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
