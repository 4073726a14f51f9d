// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/report.hpp"
#include "hook/signals.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/recovery.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

int recover(const std::optional<std::string>& domain) {
    if (::geteuid() != 0)
        throw handoff::Error("recover", "needs root", "run it with sudo");
    const auto show = [](const handoff::Step& step, const handoff::Spent&) {
        handoff::log_info("recover: " + text_of(step));
        std::cout << text_of(step) << '\n';
    };
    const std::vector<handoff::Recovered> all = handoff::recover({}, domain, show);
    if (all.empty() && domain)
        std::cout << *domain << ": nothing to give back\n";
    for (const handoff::Recovered& recovered : all)
        if (recovered.problems.empty())
            std::cout << recovered.domain << ": all given back\n";
    const auto failed = std::ranges::find_if(
        all, [](const handoff::Recovered& recovered) { return !recovered.problems.empty(); });
    if (failed == all.end())
        return 0;
    handoff::report_failure(failed->domain + ": not given back: " + failed->problems.front());
    return 1;
}

int run(int argc, char** argv) {
    CLI::App app(
        "Gives a graphics card to a virtual machine while the computer runs, and gets it back.",
        "gpu-handoff");
    app.require_subcommand(1);
    std::optional<std::string> domain;
    CLI::App* recover_command = app.add_subcommand(
        "recover", "Gives back what a handoff left behind; leaves running domains alone");
    recover_command->add_option("domain", domain, "Only this domain, by name or uuid");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    return recover(domain);
}

} // namespace

int main(int argc, char** argv) {
    handoff::ignore_signals();
    try {
        handoff::log_to_syslog();
        return run(argc, argv);
    } catch (const std::exception& error) {
        handoff::report_failure(error.what());
    }
    return 1;
}
