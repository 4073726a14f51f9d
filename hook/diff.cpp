// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/diff.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>

namespace handoff {
namespace {

constexpr std::size_t context = 2;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
    std::istringstream stream(text);
    Lines lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

/// How long the longest common subsequence of the lines from i and from j on is.
class Common {
public:
    Common(const Lines& before, const Lines& after)
        : width_(after.size() + 1), longest_((before.size() + 1) * width_) {
        for (std::size_t i = before.size(); i-- > 0;)
            for (std::size_t j = after.size(); j-- > 0;)
                longest_[i * width_ + j] = before[i] == after[j]
                                               ? from(i + 1, j + 1) + 1
                                               : std::max(from(i + 1, j), from(i, j + 1));
    }
    [[nodiscard]] std::size_t from(std::size_t i, std::size_t j) const {
        return longest_[i * width_ + j];
    }

private:
    std::size_t width_;
    std::vector<std::size_t> longest_;
};

std::vector<DiffLine> all_lines(const Lines& before, const Lines& after) {
    const Common common(before, after);
    std::vector<DiffLine> all;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < before.size() || j < after.size()) {
        if (i < before.size() && j < after.size() && before[i] == after[j]) {
            all.push_back({' ', before[i++]});
            ++j;
        } else if (j == after.size() ||
                   (i < before.size() && common.from(i + 1, j) >= common.from(i, j + 1))) {
            all.push_back({'-', before[i++]});
        } else {
            all.push_back({'+', after[j++]});
        }
    }
    return all;
}

} // namespace

std::vector<DiffLine> difference(const std::string& before, const std::string& after) {
    const std::vector<DiffLine> all = all_lines(lines_of(before), lines_of(after));
    std::vector<DiffLine> shown;
    bool left_out = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(i - std::min(i, context));
        const auto last =
            all.begin() + static_cast<std::ptrdiff_t>(std::min(i + context + 1, all.size()));
        const bool near =
            std::any_of(first, last, [](const DiffLine& line) { return line.kind != ' '; });
        if (!near) {
            left_out = true;
            continue;
        }
        if (left_out && !shown.empty())
            shown.push_back({'@', ""});
        left_out = false;
        shown.push_back(all[i]);
    }
    return shown;
}

} // namespace handoff
