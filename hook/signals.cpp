// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/signals.hpp"

#include <csignal>
#include <initializer_list>

namespace handoff {

void ignore_signals() {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    sigset_t ends{};
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&ends, signal);
    ::sigprocmask(SIG_BLOCK, &ends, nullptr);
}

} // namespace handoff
