// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"
#include "tests/unit/catch.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

/// A process that goes on doing something until this object's end.
class Process {
public:
    Process() = default;
    /// Returns when `act` has written to `ready`.
    explicit Process(const std::function<void(int ready)>& act) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        const handoff::Fd ours(ends[0]);
        handoff::Fd theirs(ends[1]);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0)
            live(act, theirs.get());
        theirs.reset();
        char byte = 0;
        const bool ready = ::read(ours.get(), &byte, 1) == 1;
        if (!ready)
            end();
        REQUIRE(ready);
    }
    Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    Process& operator=(Process&& other) noexcept {
        std::swap(pid_, other.pid_);
        return *this;
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { end(); }

    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[noreturn]] static void live(const std::function<void(int)>& act, int ready) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
            act(ready);
        } catch (...) {
            ::_exit(2);
        }
        ::_exit(1);
    }

    void end() {
        if (pid_ < 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }

    pid_t pid_ = -1;
};
