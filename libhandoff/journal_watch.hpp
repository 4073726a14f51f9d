// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"

#include <filesystem>
#include <string>

namespace handoff {

/// Tells when a domain's journal is gone or replaced.
class JournalWatch {
public:
    /// Throws std::system_error.
    JournalWatch(const std::filesystem::path& directory, const std::string& uuid);

    /// Whether there is no journal now. If there is one, poll(2) finds POLLIN on the descriptor
    /// once it may be gone or another one: Journal::keep renames a new one over it. Throws
    /// std::system_error.
    [[nodiscard]] bool gone() const;
    [[nodiscard]] int descriptor() const { return events_.get(); }

private:
    std::filesystem::path directory_;
    std::filesystem::path file_;
    Fd events_;
};

} // namespace handoff
