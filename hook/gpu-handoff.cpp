// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/commands.hpp"
#include "hook/report.hpp"
#include "hook/signals.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace handoff {

void require_root(const char* command) {
    if (::geteuid() != 0)
        throw Error(command, "needs root", "run it with sudo");
}

} // namespace handoff

namespace {

int run(int argc, char** argv) {
    CLI::App app(
        "Gives a graphics card to a virtual machine while the computer runs, and gets it back.",
        "gpu-handoff");
    app.require_subcommand(1);
    handoff::Command command;
    handoff::add_list(app, command);
    handoff::add_doctor(app, command);
    handoff::add_setup(app, command);
    handoff::add_plan(app, command);
    handoff::add_status(app, command);
    handoff::add_try(app, command);
    handoff::add_keep(app, command);
    handoff::add_recover(app, command);
    handoff::add_reserve(app, command);
    handoff::add_history(app, command);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        constexpr int wrong_usage = 2;
        return app.exit(error) == 0 ? 0 : wrong_usage;
    }
    return command();
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
