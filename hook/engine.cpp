// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the front door becomes when a call of libvirt concerns us: NAME OPERATION SUB-OPERATION
// EXTRA in argv, the domain's XML on stdin. Nothing is ever written to stdout.
#include "hook/report.hpp"
#include "hook/signals.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/handoff.hpp"
#include "libhandoff/log.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace {

constexpr std::size_t most_xml = std::size_t{64} << 20U;

std::string read_stdin() {
    std::string text;
    std::array<char, 65536> buffer; // NOLINT(*-member-init): written by the kernel
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw std::system_error(errno, std::generic_category(), "the domain's XML");
        if (n == 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(n));
        if (text.size() > most_xml)
            throw handoff::Error("the domain's XML", "larger than 64 MiB", "make it smaller");
    }
}

void run(const std::string& name, std::string_view operation) {
    const handoff::Roots roots;
    if (operation == "prepare")
        handoff::prepare(roots, name, read_stdin());
    else if (operation == "start")
        handoff::verify(roots, name, read_stdin());
    else if (operation == "started")
        handoff::started(roots, name, read_stdin());
    else if (operation == "release")
        handoff::release(roots, read_stdin());
}

/// libvirt ends a domain that runs if this is said of it.
int failure_of(std::string_view operation) {
    return operation == "started" ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    handoff::ignore_signals();
    try {
        handoff::log_to_syslog();
        if (argc == 5)
            run(argv[1], argv[2]);
        return 0;
    } catch (const handoff::Error& error) {
        handoff::report_failure(error.what());
    } catch (const std::exception& error) {
        handoff::report_failure(std::string(argc > 1 ? argv[1] : "hook") + ": " + error.what() +
                                "; see journalctl -t gpu-handoff");
    }
    return failure_of(argc > 2 ? argv[2] : "");
}
