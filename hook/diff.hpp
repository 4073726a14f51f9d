// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace handoff {

/// A line of a difference between two texts.
struct DiffLine {
    char kind = ' ';  ///< ' ' in both, '-' in the first only, '+' in the second only, '@' left out
    std::string text; ///< without its end

    bool operator==(const DiffLine&) const = default;
};

/// The shortest difference between the lines of two texts, with two lines around each change;
/// nothing if they are the same.
std::vector<DiffLine> difference(const std::string& before, const std::string& after);

} // namespace handoff
