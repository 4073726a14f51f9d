// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"
#include "libhandoff/holders.hpp"
#include "tests/unit/catch.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

inline handoff::Node node_at(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    REQUIRE(S_ISCHR(status.st_mode));
    return {status.st_rdev, path};
}

/// A terminal that nobody else knows; its node vanishes with the master.
struct Terminal {
    handoff::Fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    std::string path;

    Terminal() {
        REQUIRE(::grantpt(master.get()) == 0);
        REQUIRE(::unlockpt(master.get()) == 0);
        path = ::ptsname(master.get()); // NOLINT(concurrency-mt-unsafe)
    }
};

inline handoff::Fd open_node(const std::string& path) {
    return handoff::Fd(::open(path.c_str(), O_RDONLY | O_NOCTTY));
}
