// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/lock.hpp"

#include "libhandoff/error.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <system_error>

namespace handoff {
namespace {

/// Interrupts a blocking call at the deadline: SIGALRM comes without SA_RESTART, and again until it
/// is switched off, in case the first one came before the call.
class Alarm {
public:
    explicit Alarm(const Deadline& deadline) {
        struct sigaction action {};
        action.sa_handler = [](int) {};
        ::sigaction(SIGALRM, &action, &before_);
        const auto left = std::max(deadline.left(), std::chrono::milliseconds(1));
        const timeval first{left.count() / 1000, left.count() % 1000 * 1000};
        const itimerval timer{{0, 10000}, first};
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    ~Alarm() {
        const itimerval off{};
        ::setitimer(ITIMER_REAL, &off, nullptr);
        ::sigaction(SIGALRM, &before_, nullptr);
    }

private:
    struct sigaction before_ {};
};

std::filesystem::path lock_file(const Roots& roots) {
    return roots.run / "gpu-handoff.lock";
}

} // namespace

Lock::Lock(const Roots& roots, std::string_view owner, const Deadline& deadline) {
    const std::filesystem::path file = lock_file(roots);
    fd_ = Fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!fd_)
        throw std::system_error(errno, std::generic_category(), file.string());
    const Alarm alarm(deadline);
    while (::flock(fd_.get(), LOCK_EX) != 0) {
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), file.string());
        if (deadline.left().count() == 0)
            throw Error(owner, "waited in vain for " + read_text(file).value_or("another handoff"),
                        "try again when that is over");
    }
    const std::string text = std::string(owner) + " (process " + std::to_string(::getpid()) + ")";
    // Only for people: a full /run must not keep a card from coming back.
    [[maybe_unused]] const bool written =
        ::ftruncate(fd_.get(), 0) == 0 && ::pwrite(fd_.get(), text.data(), text.size(), 0) > 0;
}

Lock::~Lock() {
    ::flock(fd_.get(), LOCK_UN);
}

std::optional<std::string> lock_owner(const Roots& roots) {
    const std::filesystem::path file = lock_file(roots);
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return std::nullopt;
    if (!fd)
        throw std::system_error(errno, std::generic_category(), file.string());
    // It goes with the descriptor again: whoever wants the lock meanwhile waits that long.
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0)
        return std::nullopt;
    if (errno != EWOULDBLOCK)
        throw std::system_error(errno, std::generic_category(), file.string());
    return read_text(file).value_or("");
}

} // namespace handoff
