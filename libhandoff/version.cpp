// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/version.hpp"

#include <charconv>
#include <system_error>

namespace handoff {

bool is_before(std::string_view version, std::string_view other) {
    const auto next = [](std::string_view& text) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty())
            text.remove_prefix(1);
        return error == std::errc() ? value : 0U;
    };
    while (!version.empty() || !other.empty()) {
        const unsigned left = next(version);
        const unsigned right = next(other);
        if (left != right)
            return left < right;
    }
    return false;
}

} // namespace handoff
