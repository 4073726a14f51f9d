// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/command_line.hpp"
#include "hook/commands.hpp"
#include "hook/report.hpp"
#include "hook/signals.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"

#include <unistd.h>

namespace handoff {

void require_root(const char* command) {
    if (::geteuid() != 0)
        throw Error(command, "needs root", "run it with sudo");
}

} // namespace handoff

int main(int argc, char** argv) {
    handoff::ignore_signals();
    try {
        handoff::log_to_syslog();
        return handoff::run_command_line(argc, argv);
    } catch (const std::exception& error) {
        handoff::report_failure(error.what());
    }
    return 1;
}
