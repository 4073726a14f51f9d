// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/lock.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/worker.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fifo.hpp"
#include "tests/unit/temporary.hpp"

#include <chrono>
#include <csignal>
#include <sys/wait.h>

using namespace handoff;

namespace {

Deadline now() {
    return Deadline(std::chrono::milliseconds(0));
}
Deadline soon() {
    return Deadline(std::chrono::seconds(30));
}

/// A call that ends only with its process.
std::string never_ends() {
    ::pause();
    return {};
}

bool is_free(const Roots& roots) {
    try {
        const Lock lock(roots, "macos", now());
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

TEST_CASE("a lock is had by one at a time, and the other is told by whom") {
    const Temporary run;
    Roots roots;
    roots.run = run.path();
    {
        CHECK(lock_owner(roots) == std::nullopt); // no file yet
        const Lock lock(roots, "win11", soon());
        CHECK_THAT(lock_owner(roots).value_or(""), contains("win11 (process "));
        CHECK_THROWS_WITH(Lock(roots, "macos", now()), "macos: waited in vain for win11 (process " +
                                                           std::to_string(::getpid()) +
                                                           "); try again when that is over");
    }
    CHECK(is_free(roots));
}

TEST_CASE("a lock is free again although a worker was left behind with a copy of it") {
    const Temporary run;
    Roots roots;
    roots.run = run.path();
    pid_t left_behind = 0;
    {
        const Lock lock(roots, "win11", soon());
        try {
            Worker(never_ends, {lock.descriptor(), {}}).result(now());
        } catch (const WorkerTimeout& timeout) {
            left_behind = timeout.pid();
        }
    }
    CHECK(is_free(roots));
    ::kill(left_behind, SIGKILL);
    CHECK(::waitpid(left_behind, nullptr, 0) == left_behind);
}

TEST_CASE("when a hook is killed, its lock stays with the worker that makes its change") {
    const Temporary run;
    Roots roots;
    roots.run = run.path();
    const Fifo told;
    const pid_t hook = ::fork();
    REQUIRE(hook >= 0);
    if (hook == 0) {
        const Lock lock(roots, "win11", soon());
        Worker(
            [&] {
                write_text(told.path(), std::to_string(::getpid()));
                return never_ends();
            },
            {lock.descriptor(), {}})
            .result(soon());
        ::_exit(0);
    }
    const pid_t worker = std::stoi(told.line());
    ::kill(hook, SIGKILL);
    CHECK(::waitpid(hook, nullptr, 0) == hook);
    CHECK_FALSE(is_free(roots));
    ::kill(worker, SIGKILL);
    CHECK_NOTHROW(Lock(roots, "macos", soon()));
}
