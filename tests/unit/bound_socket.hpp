// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"
#include "tests/unit/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

/// A socket with a name, at which nobody listens yet. After listen(2) the kernel lets others
/// connect, and nobody says a word.
inline handoff::Fd bound_socket(const std::filesystem::path& path) {
    std::filesystem::create_directories(path.parent_path());
    handoff::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = path.string();
    REQUIRE(name.size() < sizeof(address.sun_path));
    std::copy(name.begin(), name.end(), std::begin(address.sun_path));
    REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    return fd;
}
