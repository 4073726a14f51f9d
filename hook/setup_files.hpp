// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <filesystem>
#include <string>

namespace handoff {

/// Where the domain's file is, or will be: ETC/domains/NAME.toml. Throws Error when the name cannot
/// be a file's.
std::filesystem::path domain_file(const Roots& roots, const std::string& domain);

/// Writes the domain's file, if it has none; returns whether it had none.
bool write_domain_file(const Roots& roots, const std::string& domain);

/// What became of a domain's file.
enum class FileEnd {
    removed,
    missing, ///< it was not there
    kept,    ///< setup did not write it, or somebody has changed it
};
FileEnd remove_domain_file(const Roots& roots, const std::string& domain);

/// Keeps the text as STATE/backups/UUID-TIME.xml, which only root can read: it may hold the
/// passwords of the domain's screen. Returns the file. Throws std::system_error.
std::filesystem::path keep_backup(const Roots& roots, const std::string& uuid,
                                  const std::string& xml);

} // namespace handoff
