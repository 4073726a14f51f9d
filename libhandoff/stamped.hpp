// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// Text for a file of ours among another program's settings. Its first line, a comment, holds a
/// checksum of the rest: what a person has changed since is theirs, and neither overwritten nor
/// removed. `who` is the command that wrote it.
std::string stamped(std::string_view who, std::string_view body);

/// Whether the text is as `stamped` made it, by this version or another.
bool is_as_stamped(std::string_view text);

/// A stamped file as it is, and as it shall be. Nothing is "no file".
struct FileChange {
    std::filesystem::path file;
    std::optional<std::string> before;
    std::optional<std::string> after;
};

/// The change from what is there. Throws Error if somebody has changed the file by hand.
FileChange change_to(const std::filesystem::path& file, std::optional<std::string> after);

/// Makes those changes that change something, each file at once or not at all, and gives them back.
/// Throws Error when one cannot be made, and the former ones are undone.
std::vector<FileChange> apply(const std::vector<FileChange>& changes);

} // namespace handoff
