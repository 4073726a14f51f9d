// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// The module's state in the words of a step: "unloaded", or "loaded" and its parameters as "
/// name=value", in the order of their names; white space, backslash and control characters of a
/// value are written as \xHH. Parameters that sysfs does not show, or shows to nobody, are left
/// out.
std::string module_state(const Roots& roots, const std::string& module);

/// Modules that use this one directly.
std::vector<std::string> module_holders(const Roots& roots, const std::string& module);

/// The module and everything on top of it, in the order in which they can be unloaded.
std::vector<std::string> unload_order(const Roots& roots, const std::string& module);

/// Unloads one module that nobody uses. Runs driver code: may block. Throws std::system_error,
/// EAGAIN or EBUSY if it is in use.
void unload_module(const std::string& module);

/// Loads a module and what it needs, with the configured options, and gives it the parameters of
/// the state where the configuration left them different. Runs driver code: may block. Throws Error
/// or std::system_error.
void load_module(const Roots& roots, const std::string& module, const std::string& state);

/// Loads a module by its name, or what a device of that modalias asks for, as udev would; nothing
/// if it is loaded. May block. Throws std::system_error (ENOENT when there is none).
void insert_module(const std::string& name_or_alias);

} // namespace handoff
