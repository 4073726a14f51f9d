// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace handoff {

/// What the person asked for; returns the exit code.
using Command = std::function<int()>;

/// Each adds its subcommand, and makes `command` do it when it is asked for.
void add_doctor(CLI::App& app, Command& command);
void add_history(CLI::App& app, Command& command);
void add_keep(CLI::App& app, Command& command);
void add_list(CLI::App& app, Command& command);
void add_plan(CLI::App& app, Command& command);
void add_recover(CLI::App& app, Command& command);
void add_reserve(CLI::App& app, Command& command);
void add_setup(CLI::App& app, Command& command);
void add_status(CLI::App& app, Command& command);
void add_try(CLI::App& app, Command& command);

/// Throws Error when the command is not run by root.
void require_root(const char* command);

} // namespace handoff
