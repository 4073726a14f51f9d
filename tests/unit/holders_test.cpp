// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/holders.hpp"

#include "libhandoff/fd.hpp"
#include "libhandoff/process.hpp"
#include "libhandoff/worker.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/child.hpp"
#include "tests/unit/temporary.hpp"
#include "tests/unit/terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>

using namespace handoff;
namespace fs = std::filesystem;

namespace {

// The machine that runs the tests may have processes that nobody may look at.
constexpr Effort skipping{.unreadable = Unreadable::is_skipped};

Deadline soon() {
    return Deadline(std::chrono::seconds(60));
}

std::string my_name() {
    const passwd* entry = ::getpwuid(::getuid()); // NOLINT(concurrency-mt-unsafe)
    return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

bool holds(const std::vector<Holder>& holders, pid_t pid) {
    return std::ranges::find(holders, pid, &Holder::pid) != holders.end();
}

void write_file(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

/// A process of a tree made up for a test.
fs::path add_process(const fs::path& proc, const std::string& pid, const std::string& name) {
    write_file(proc / pid / "comm", name + "\n");
    write_file(proc / pid / "status", "Name:\tx\nUmask:\t0022\nUid:\t4294967000\t0\t0\t0\n");
    write_file(proc / pid / "maps", "");
    fs::create_directories(proc / pid / "fd");
    return proc / pid;
}

} // namespace

TEST_CASE("a process that has a node open is found, with its name and user", "[holders]") {
    const Effort effort{.workers = GENERATE(1U, 2U), .unreadable = Unreadable::is_skipped};
    const Terminal terminal;
    const Node node = node_at(terminal.path);
    const std::string name = GENERATE("Xorg", "a b\n3:c) 1", "4:1000", "\xff\n");
    const Child child([&] {
        ::prctl(PR_SET_NAME, name.c_str());
        return open_node(terminal.path).release() >= 0;
    });
    const std::vector<Holder> holders =
        find_holders({node_at("/dev/full"), node}, soon(), "/proc", effort);
    REQUIRE(holders.size() == 1);
    const Holder& holder = holders.front();
    CHECK(holder.pid == child.pid());
    CHECK(holder.start == process(child.pid()).value().start);
    CHECK(holder.name == name);
    CHECK(holder.user == my_name());
    CHECK(holder.nodes == std::vector<std::string>{terminal.path});
}

TEST_CASE("nobody holds a node after its holder has ended", "[holders]") {
    const Terminal terminal;
    const Node node = node_at(terminal.path);
    {
        const Child child([&] { return open_node(terminal.path).release() >= 0; });
    }
    CHECK(find_holders({node}, soon(), "/proc", skipping).empty());
}

TEST_CASE("the process that asks is left out", "[holders]") {
    const Terminal terminal;
    const Fd held = open_node(terminal.path);
    REQUIRE(held);
    CHECK(find_holders({node_at(terminal.path)}, soon(), "/proc", skipping).empty());
}

TEST_CASE("a holder is found when the node's path is gone", "[holders]") {
    Terminal terminal;
    const Node node = node_at(terminal.path);
    const Child child([&] {
        const bool opened = open_node(terminal.path).release() >= 0;
        terminal.master.reset();
        return opened;
    });
    terminal.master.reset();
    REQUIRE_FALSE(fs::exists(terminal.path));
    CHECK(holds(find_holders({node}, soon(), "/proc", skipping), child.pid()));
}

TEST_CASE("a mapping holds a node after the descriptor is closed", "[holders]") {
    constexpr std::uintptr_t low = 0x200000; // "00200000" in maps, "200000" in map_files
    const Child child([&] {
        const Fd zero = open_node("/dev/zero");
        void* wanted = reinterpret_cast<void*>(low); // NOLINT(*-no-int-to-ptr)
        return ::mmap(wanted, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, zero.get(), 0) == wanted;
    });
    const fs::path link = "/proc/" + std::to_string(child.pid()) + "/map_files/200000-201000";
    if (struct stat status{}; ::stat(link.c_str(), &status) != 0) {
        WARN("mapped files may not be looked at here");
        return;
    }
    const std::vector<Node> nodes{node_at("/dev/zero")};
    CHECK(holds(find_holders(nodes, soon(), "/proc", skipping), child.pid()));
    const Effort descriptors{.look = Look::descriptors, .unreadable = Unreadable::is_skipped};
    CHECK_FALSE(holds(find_holders(nodes, soon(), "/proc", descriptors), child.pid()));
}

TEST_CASE("a process whose first thread has ended still holds what it has", "[holders]") {
    const Terminal terminal;
    const Node node = node_at(terminal.path);
    const Process process([&](int ready) {
        std::thread([&terminal, ready] {
            if (open_node(terminal.path).release() < 0 || ::write(ready, "y", 1) != 1)
                return;
            for (;;)
                ::pause();
        }).detach();
        ::syscall(SYS_exit, 0); // of this thread alone
    });
    const fs::path descriptors = "/proc/" + std::to_string(process.pid()) + "/fd";
    for (const Deadline deadline = soon(); !fs::is_empty(descriptors);)
        REQUIRE(deadline.left().count() > 0);
    const std::vector<Holder> holders = find_holders({node}, soon(), "/proc", skipping);
    REQUIRE(holds(holders, process.pid()));
    CHECK(holders.front().nodes == std::vector<std::string>{terminal.path});
}

TEST_CASE("each holder is told once, in the order of the numbers", "[holders]") {
    const Temporary proc;
    for (const char* pid : {"30", "4", "200"}) {
        const fs::path process = add_process(proc.path(), pid, "x");
        fs::create_symlink("/dev/zero", process / "fd/7");
        fs::create_symlink("/dev/full", process / "fd/8");
    }
    const fs::path mapping = add_process(proc.path(), "31", "(maps)\nUid:\t0");
    fs::create_directories(mapping / "map_files");
    fs::create_symlink("/dev/full", mapping / "map_files/400000-401000");
    write_file(mapping / "maps", "00300000-00301000 r--p 00000000 00:06 3 /gone\n"
                                 "00400000-00401000 r--p 00000000 00:06 4 /dev/full\n");
    fs::create_symlink("/dev/null", add_process(proc.path(), "32", "other") / "fd/0");
    fs::create_directories(proc.path() / "33"); // ends while we look
    fs::create_symlink("/nowhere", add_process(proc.path(), "34", "closes") / "fd/0");
    fs::create_directories(proc.path() / "self");

    const Effort effort{.workers = GENERATE(1U, 2U)};
    const auto holders =
        find_holders({node_at("/dev/zero"), node_at("/dev/full")}, soon(), proc.path(), effort);
    std::vector<pid_t> pids;
    pids.reserve(holders.size());
    for (const Holder& holder : holders)
        pids.push_back(holder.pid);
    CHECK(pids == std::vector<pid_t>{4, 30, 31, 200});
    REQUIRE(holders.size() == 4);
    CHECK(
        holders[2] ==
        Holder{.pid = 31, .name = "(maps)\nUid:\t0", .user = "4294967000", .nodes = {"/dev/full"}});
}

TEST_CASE("a mapping that moves while we look is looked at where it is next", "[holders]") {
    const Temporary proc;
    const fs::path process = add_process(proc.path(), "30", "x");
    write_file(process / "maps", "00300000-00301000 r--p 00000000 00:06 4 /dev/full\n"
                                 "00400000-00401000 r--p 00000000 00:06 4 /dev/full\n");
    fs::create_directories(process / "map_files");
    fs::create_symlink("/dev/full", process / "map_files/400000-401000");
    CHECK(holds(find_holders({node_at("/dev/full")}, soon(), proc.path()), 30));
}

TEST_CASE("all the nodes of a holder are told once, DRM cards first", "[holders]") {
    const Temporary proc;
    const fs::path process = add_process(proc.path(), "30", "kwin");
    fs::create_symlink("/dev/zero", process / "fd/3");
    fs::create_symlink("/dev/full", process / "fd/4");
    fs::create_symlink("/dev/zero", process / "fd/5");
    write_file(process / "maps", "00300000-00301000 r--p 00000000 00:06 4 /dev/null\n"
                                 "00400000-00401000 r--p 00000000 00:06 4 /dev/null\n");
    fs::create_directories(process / "map_files");
    fs::create_symlink("/dev/null", process / "map_files/300000-301000");
    const std::vector<Node> nodes{node_at("/dev/full"),
                                  {node_at("/dev/zero").device, "/dev/dri/renderD128"},
                                  {node_at("/dev/null").device, "/dev/dri/card0"}};
    const std::vector<Holder> holders = find_holders(nodes, soon(), proc.path());
    REQUIRE(holders.size() == 1);
    std::vector<std::string> found = holders.front().nodes;
    CHECK(found.front() == "/dev/dri/card0");
    std::ranges::sort(found);
    CHECK(found == std::vector<std::string>{"/dev/dri/card0", "/dev/dri/renderD128", "/dev/full"});
}

TEST_CASE("without nodes there are no holders", "[holders]") {
    CHECK(find_holders({}, soon(), "/nowhere").empty());
}

TEST_CASE("what cannot be read is an error, for it is not proven free", "[holders]") {
    const Temporary proc;
    const fs::path process = add_process(proc.path(), "30", "x");
    fs::remove(process / "fd");
    write_file(process / "fd", "");
    CHECK_THROWS_AS(find_holders({node_at("/dev/zero")}, soon(), proc.path()), std::system_error);
    CHECK_THROWS_AS(find_holders({node_at("/dev/zero")}, soon(), proc.path() / "none"),
                    std::system_error);
}

TEST_CASE("a process that may not be looked at is an error, or skipped for who wants so",
          "[holders]") {
    const Temporary proc;
    const fs::path process = add_process(proc.path(), "30", "x");
    const char* shut = GENERATE("fd", "maps");
    fs::permissions(proc.path(), fs::perms(0755));
    fs::permissions(process / shut, fs::perms::none);
    const std::vector<Node> nodes{node_at("/dev/zero")};
    const Child user([&] {
        if (::geteuid() == 0 && ::setuid(65534) != 0)
            return false;
        if (!find_holders(nodes, soon(), proc.path(), skipping).empty())
            return false;
        try {
            find_holders(nodes, soon(), proc.path());
        } catch (const std::system_error& error) {
            return error.code().value() == EACCES;
        }
        return false;
    });
    fs::permissions(process / shut, fs::perms::owner_all);
}

TEST_CASE("a process whose maps block the reader does not outlast the deadline", "[holders]") {
    const Temporary proc;
    const fs::path process = add_process(proc.path(), "30", "x");
    fs::remove(process / "maps");
    REQUIRE(::mkfifo((process / "maps").c_str(), 0600) == 0); // its open waits for a writer
    pid_t left = 0;
    try {
        find_holders({node_at("/dev/zero")}, Deadline(std::chrono::milliseconds(50)), proc.path());
    } catch (const WorkerTimeout& timeout) {
        left = timeout.pid();
    }
    REQUIRE(left > 0);
    ::kill(left, SIGKILL);
}

TEST_CASE("holders are told by name, the first two", "[holders]") {
    const Holder xorg{.pid = 1234,
                      .name = "Xorg",
                      .user = "ann",
                      .nodes = {"/dev/dri/card1", "/dev/dri/renderD129"},
                      .cgroup = "/system.slice/lightdm.service"};
    const Holder player{.pid = 99, .name = "mpv", .user = "1001", .nodes = {"/dev/snd/pcmC1D0p"}};
    const std::string first = "Xorg (pid 1234, user ann, lightdm.service) has /dev/dri/card1 open";
    const std::string second = ", mpv (pid 99, user 1001) has /dev/snd/pcmC1D0p open";
    CHECK(text_of({}).empty());
    CHECK(text_of({xorg}) == first);
    CHECK(text_of({xorg, player}) == first + second);
    CHECK(text_of({xorg, player, xorg}) == first + second + " and 1 more");
    CHECK(text_of({xorg, player, xorg, xorg}) == first + second + " and 2 more");
    const Holder logind{
        .pid = 7, .nodes = {"/dev/dri/card1"}, .cgroup = "/system.slice/systemd-logind.service"};
    CHECK(text_of({logind, xorg, player}) == first + second + " and 1 more");
}
