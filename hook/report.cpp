// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/report.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"

#include <unistd.h>

namespace handoff {

void report_failure(std::string_view text) {
    std::string line = one_line(text);
    log_error(line);
    line.push_back('\n');
    // Nobody may be reading any more (a daemon that was killed): the log has it.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace handoff
