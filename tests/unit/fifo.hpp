// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/fd.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/temporary.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>

/// A file that can be waited on with a deadline, for what a worker does after it was left behind: a
/// pipe would be closed in it.
class Fifo {
public:
    Fifo() {
        REQUIRE(::mkfifo(path().c_str(), 0600) == 0);
        reader_ = handoff::Fd(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
    [[nodiscard]] std::string path() const { return (directory_.path() / "fifo").string(); }
    [[nodiscard]] std::string line() const {
        pollfd waiting{reader_.get(), POLLIN, 0};
        REQUIRE(::poll(&waiting, 1, handoff::Deadline(std::chrono::seconds(30)).poll_timeout()) ==
                1);
        std::array<char, 100> buffer{};
        const ssize_t n = ::read(reader_.get(), buffer.data(), buffer.size());
        return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
    }

private:
    Temporary directory_;
    handoff::Fd reader_;
};
