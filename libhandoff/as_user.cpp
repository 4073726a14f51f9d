// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/as_user.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/libsystemd.hpp"

#include <array>
#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

/// The worker keeps to the deadline by itself and knows better what it waited for: its answer is
/// given some time to arrive.
constexpr std::chrono::seconds grace{2};

/// An error of the worker, which comes as text.
class Passed : public Error {
public:
    explicit Passed(const std::string& text) : Error(text) {}
};

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

gid_t group_of(uid_t user) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> texts{};
    const int error = ::getpwuid_r(user, &entry, texts.data(), texts.size(), &found);
    if (error != 0 || found == nullptr)
        throw std::system_error(error != 0 ? error : ENOENT, std::generic_category(), "getpwuid");
    return entry.pw_gid;
}

void become(uid_t user) {
    if (::geteuid() != 0 && ::geteuid() == user)
        return;
    const gid_t group = group_of(user);
    if (::setgroups(0, nullptr) != 0)
        fail("setgroups");
    if (::setresgid(group, group, group) != 0)
        fail("setresgid");
    if (::setresuid(user, user, user) != 0)
        fail("setresuid");
}

} // namespace

std::string as_user(uid_t user, const std::string& subject, const Worker::Call& call,
                    const Deadline& deadline) {
    libsystemd(); // here, so that not every worker has to load it
    try {
        return Worker([&] {
                   become(user);
                   return call();
               })
            .result(Deadline(deadline.left() + grace));
    } catch (const WorkerTimeout&) {
        throw Error(subject, "the user's systemd cannot be asked in time", "try again");
    } catch (const std::system_error& error) {
        throw Error(subject, std::string("the user's systemd cannot be asked: ") + error.what(),
                    "see that the user exists");
    } catch (const std::runtime_error& error) {
        throw Passed(error.what());
    }
}

} // namespace handoff
