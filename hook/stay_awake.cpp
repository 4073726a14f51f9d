// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/awake.hpp"
#include "libhandoff/log.hpp"

#include <exception>
#include <string>

/// What gpu-handoff-awake@UUID.service runs: ends when the domain with that uuid has no card.
int main(int argc, char** argv) {
    handoff::log_to_syslog();
    try {
        if (argc != 2) {
            handoff::log_error("usage: stay-awake UUID");
            return 2;
        }
        handoff::stay_awake({}, argv[1]);
        return 0;
    } catch (const std::exception& error) {
        handoff::log_error(std::string("the host may go to sleep while a domain has a GPU: ") +
                           error.what());
        return 1;
    }
}
