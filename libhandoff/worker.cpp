// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/worker.hpp"

#include "libhandoff/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>

namespace handoff {
namespace {

enum class Answer : char { value = 'v', system_error = 's', other_error = 'o' };

/// What the error's text says before the message of its code.
std::string subject_of(const std::system_error& error) {
    std::string text = error.what();
    const std::string message = ": " + error.code().message();
    if (text.ends_with(message))
        text.resize(text.size() - message.size());
    return text;
}

std::string answer_of(const Worker::Call& call) {
    const auto tagged = [](Answer tag, const std::string& text) {
        return std::string(1, static_cast<char>(tag)).append(text);
    };
    try {
        return tagged(Answer::value, call());
    } catch (const std::system_error& error) {
        return tagged(Answer::system_error,
                      std::to_string(error.code().value()) + " " + subject_of(error));
    } catch (const std::exception& error) {
        return tagged(Answer::other_error, error.what());
    }
}

void close_all_but(int one, int other) {
    const auto [first, second] = std::minmax(one, other);
    int from = 3;
    for (const int kept : {first, second}) {
        if (kept < from)
            continue;
        if (kept > from)
            ::close_range(static_cast<unsigned>(from), static_cast<unsigned>(kept) - 1, 0);
        from = kept + 1;
    }
    ::close_range(static_cast<unsigned>(from), ~0U, 0);
}

/// Leaves the hook's descriptors and session behind; only the channel and the lock stay.
void detach(int channel, int lock) {
    reopen_syslog(); // or syslog(3) would take the number of its closed socket for its own later on
    close_all_but(channel, lock);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int standard = 0; standard <= 2; ++standard)
        ::dup2(null, standard);
    if (null > 2)
        ::close(null);
    ::setsid();
}

/// Whether somebody took the answer: the other side sends one byte for it, or is gone.
bool delivered(int channel, const std::string& answer) {
    std::size_t sent = 0;
    while (sent < answer.size()) {
        const ssize_t n = ::send(channel, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        sent += static_cast<std::size_t>(n);
    }
    ::shutdown(channel, SHUT_WR);
    char taken = 0;
    ssize_t n = 0;
    while ((n = ::read(channel, &taken, 1)) < 0 && errno == EINTR) {
    }
    return n == 1;
}

[[noreturn]] void work(int channel, const Worker::Call& call, const Late& late) {
    detach(channel, late.lock);
    const bool taken = delivered(channel, answer_of(call));
    if (late.lock >= 0)
        ::close(late.lock);
    if (!taken && late.action) {
        try {
            late.action();
        } catch (...) {
            ::_exit(1);
        }
    }
    ::_exit(0);
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

WorkerTimeout::WorkerTimeout(pid_t pid)
    : std::runtime_error("process " + std::to_string(pid) + " did not end in time"), pid_(pid) {}

Worker::Worker(const Call& call, const Late& late) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail("socketpair");
    Fd ours(ends[0]);
    const Fd theirs(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0)
        fail("fork");
    if (pid_ == 0)
        work(theirs.get(), call, late);
    channel_ = std::move(ours);
}

std::string Worker::result(const Deadline& deadline) {
    std::string answer;
    std::array<char, 65536> buffer; // NOLINT(*-member-init): the fork would copy what is cleared
    for (;;) {
        pollfd waiting{channel_.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, deadline.poll_timeout());
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            fail("poll");
        if (ready == 0) {
            channel_.reset();
            throw WorkerTimeout(pid_);
        }
        const ssize_t n = ::read(channel_.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail("read");
        if (n == 0)
            break;
        answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
    const char taken = 1;
    [[maybe_unused]] const ssize_t sent = ::send(channel_.get(), &taken, 1, MSG_NOSIGNAL);
    channel_.reset();
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (answer.empty())
        throw std::runtime_error("a worker process ended without an answer");
    std::string text = answer.substr(1);
    switch (static_cast<Answer>(answer.front())) {
    case Answer::value:
        return text;
    case Answer::system_error:
        throw std::system_error(std::stoi(text), std::generic_category(),
                                text.substr(text.find(' ') + 1));
    case Answer::other_error:
        break;
    }
    throw std::runtime_error(text);
}

} // namespace handoff
