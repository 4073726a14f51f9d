// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace handoff {

/// "FILE:LINE", the subject of an error in a configuration file.
std::string at_line(const std::string& file, std::size_t line);

/// The text as toml++ 3.3 is safe with it. Its behaviour is undefined for "[" before what is no
/// key, and for some characters beyond ASCII: those are of use in comments only, and become "?".
/// Throws Error for sections, lines that are too long, and what is not UTF-8.
std::string safe_text(std::string_view text, const std::string& file);

} // namespace handoff
