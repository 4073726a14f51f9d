// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/evidence.hpp"

#include <string>

namespace handoff::doctor {

/// How a parameter is added to the kernel's command line on this machine, with its boot loader;
/// commands on lines of their own.
std::string how_to_add(const Evidence& evidence, const std::string& parameter);

/// The same for taking it away; it names the files and lines where it is found.
std::string how_to_remove(const Evidence& evidence, const std::string& parameter);

/// How the initramfs is made anew on this machine: "run update-initramfs -u -k all".
std::string how_to_rebuild_initramfs(const Evidence& evidence);

} // namespace handoff::doctor
