// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/worker.hpp"

#include "libhandoff/host/subjects.hpp"
#include "libhandoff/process.hpp"
#include "libhandoff/sysfs.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fifo.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

using namespace handoff;

namespace {

Deadline soon() {
    return Deadline(std::chrono::seconds(30));
}

} // namespace

TEST_CASE("a worker answers with what its call returned, of any length") {
    std::string large(1000000, 'x');
    CHECK(Worker([] { return std::string(); }).result(soon()).empty());
    CHECK(Worker([&] { return large; }).result(soon()) == large);
}

TEST_CASE("a worker's errors come back as what they were") {
    const auto refused = [] { return std::string(); };
    try {
        Worker([]() -> std::string {
            throw std::system_error(EBUSY, std::generic_category(), "x");
        }).result(soon());
        FAIL("no error");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == EBUSY);
    }
    CHECK_THROWS_WITH(
        Worker([]() -> std::string { throw std::runtime_error("words"); }).result(soon()), "words");
    CHECK(Worker(refused).result(soon()).empty());
}

TEST_CASE("a worker that dies is an error and not an answer") {
    CHECK_THROWS_WITH(Worker([]() -> std::string { ::_exit(3); }).result(soon()),
                      "a worker process ended without an answer");
}

TEST_CASE("a worker holds none of our descriptors and is a session of its own") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const std::string answer =
        Worker([&] {
            std::string text = std::to_string(::fcntl(ends[0], F_GETFD)) + " " +
                               std::to_string(::fcntl(ends[1], F_GETFD)) + " ";
            for (const int standard : {0, 1, 2})
                text += read_text("/proc/self/comm")
                            ? *link_name("/proc/self/fd/" + std::to_string(standard))
                            : "";
            return text + (::getsid(0) == ::getpid() ? " session" : "");
        }).result(soon());
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(answer == "-1 -1 nullnullnull session");
}

TEST_CASE("a worker left behind lives on, finishes, and does what is left to do") {
    const Fifo release;
    const Fifo told;
    pid_t pid = 0;
    Worker worker(
        [&] {
            const Fd gate(::open(release.path().c_str(), O_RDWR)); // opens without a writer
            char byte = 0;
            [[maybe_unused]] const ssize_t n = ::read(gate.get(), &byte, 1);
            return std::string("late");
        },
        {-1, [&] { write_text(told.path(), "given back"); }});
    try {
        worker.result(Deadline(std::chrono::milliseconds(0)));
        FAIL("it answered");
    } catch (const WorkerTimeout& timeout) {
        pid = timeout.pid();
    }
    CHECK(process(pid));
    write_text(release.path(), "x");
    CHECK(told.line() == "given back");
    int status = 0;
    CHECK(::waitpid(pid, &status, 0) == pid);
}

TEST_CASE("a worker whose answer was taken has nothing left to do") {
    const Fifo told;
    Worker worker([] { return std::string("in time"); },
                  {-1, [&] { write_text(told.path(), "given back"); }});
    CHECK(worker.result(soon()) == "in time"); // returns after the worker has ended
    const Fd reader(::open(told.path().c_str(), O_RDONLY | O_NONBLOCK));
    char byte = 0;
    CHECK(::read(reader.get(), &byte, 1) <= 0);
}

TEST_CASE("several guarded reads are one worker's, and answer in their order") {
    const std::vector<std::string> subjects{"0000:01:00.0/config", "0000:01:00.0/reset_method"};
    CHECK(guarded(subjects, [](const std::string& subject) {
              return subject.ends_with("config") ? std::string() : "bus flr";
          }) == std::vector<std::string>{"", "bus flr"});
    const std::vector<std::string> pids =
        guarded(subjects, [](const std::string&) { return std::to_string(::getpid()); });
    CHECK(pids.at(0) == pids.at(1));
    CHECK(pids.at(0) != std::to_string(::getpid()));
}
