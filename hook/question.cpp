// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/question.hpp"

#include "hook/output.hpp"

#include <csignal>
#include <iostream>
#include <unistd.h>

namespace handoff {

bool can_ask() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

std::string ask(const std::string& question) {
    print(question);
    sigset_t none{};
    sigset_t before{};
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, &before);
    std::string line;
    std::getline(std::cin, line);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    const std::size_t first = line.find_first_not_of(" \t\r");
    const std::size_t last = line.find_last_not_of(" \t\r");
    return first == std::string::npos ? std::string() : line.substr(first, last - first + 1);
}

} // namespace handoff
