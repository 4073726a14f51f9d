// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace handoff::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// Measurements of one thing.
class Times {
public:
    template <typename Call> void measure(const Call& call) {
        const Clock::time_point begin = Clock::now();
        call();
        times_.emplace_back(Clock::now() - begin);
        std::ranges::sort(times_);
    }
    [[nodiscard]] double median() const { return times_[times_.size() / 2].count(); }
    [[nodiscard]] double least() const { return times_.front().count(); }

private:
    std::vector<Milliseconds> times_;
};

/// Runs a program to its end with this stdin, and `out` as stdout and stderr. Throws if it fails:
/// what breaks off is fast.
inline void run_program(std::vector<std::string> words, int in, int out) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    pid_t pid = 0;
    const int error =
        ::posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        throw std::system_error(error, std::generic_category(), words[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (status != 0)
        throw std::runtime_error(words[0] + " has failed, wait status " + std::to_string(status));
}

} // namespace handoff::bench
