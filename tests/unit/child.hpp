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

/// A process that has done something, and then lives as long as this object.
class Child {
public:
    /// Returns when `act` has; it must have returned true.
    explicit Child(const std::function<bool()>& act) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        const handoff::Fd ours(ends[0]);
        handoff::Fd theirs(ends[1]);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0)
            live(act, theirs.get());
        theirs.reset();
        char done = 0;
        const bool told = ::read(ours.get(), &done, 1) == 1 && done == 'y';
        if (!told)
            end();
        REQUIRE(told);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(); }

    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[noreturn]] static void live(const std::function<bool()>& act, int tell) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        char done = 'n';
        try {
            done = act() ? 'y' : 'n';
        } catch (...) {
            done = 'x';
        }
        if (::write(tell, &done, 1) != 1 || done != 'y')
            ::_exit(1);
        for (;;)
            ::pause();
    }

    void end() const {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    pid_t pid_ = -1;
};
