// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/as_user.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

#include <pwd.h>
#include <unistd.h>

using namespace handoff;

namespace {

Deadline soon() {
    return Deadline(std::chrono::seconds(60));
}

std::string ids() {
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    gid_t group = 0;
    gid_t effective_group = 0;
    gid_t saved_group = 0;
    ::getresuid(&real, &effective, &saved);
    ::getresgid(&group, &effective_group, &saved_group);
    std::string text;
    for (const unsigned id : {real, effective, saved, group, effective_group, saved_group})
        text += std::to_string(id) + " ";
    return text + "+" + std::to_string(::getgroups(0, nullptr));
}

} // namespace

TEST_CASE("root becomes the user for good, others can only be themselves") {
    const passwd* nobody = ::getpwnam("nobody");
    REQUIRE(nobody != nullptr);
    const uid_t user = nobody->pw_uid;
    const std::string u = std::to_string(user) + " ";
    const std::string g = std::to_string(nobody->pw_gid) + " ";
    if (::geteuid() == 0)
        CHECK(as_user(user, "x", ids, soon()) == u + u + u + g + g + g + "+0");
    else
        CHECK_THROWS_AS(as_user(user, "x", ids, soon()), Error);
    CHECK_NOTHROW(as_user(::geteuid(), "x", ids, soon()));
}

TEST_CASE("a user who does not exist is nobody to become") {
    const uid_t unknown = 4000000000;
    CHECK_THROWS_WITH(as_user(unknown, "user@4000000000:x.service", ids, soon()),
                      "user@4000000000:x.service: the user's systemd cannot be asked: "
                      "getpwuid: No such file or directory; see that the user exists");
}

TEST_CASE("an error of the call comes back as it was") {
    const auto refuse = []() -> std::string { throw Error("a", "b", "c"); };
    CHECK_THROWS_AS(as_user(::geteuid(), "x", refuse, soon()), Error);
    CHECK_THROWS_WITH(as_user(::geteuid(), "x", refuse, soon()), "a: b; c");
}
