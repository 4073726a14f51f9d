// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"

#include <string>

namespace handoff {

/// A domain's file of the name f, over the file for all.
inline Config parsed(std::string_view text, const Config& base = {}) {
    return parse_config(text, "f", base);
}

inline std::string error_of(std::string_view text) {
    try {
        parsed(text);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

} // namespace handoff
