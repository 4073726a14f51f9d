// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/output.hpp"

#include <chrono>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace handoff {

/// How many columns a text takes: one for each character of UTF-8.
std::size_t width(std::string_view text);

/// The text over lines of at most so many columns, broken at spaces, or in a word that is longer
/// than a line; all lines but the first begin with `indent` spaces, and the first has `used`
/// columns before it. Control characters become spaces. Ends with a newline.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent,
                    std::size_t used);

/// Prints a paragraph, on a terminal broken between words.
void say(std::string_view text);

/// "  label       text ...", and the text's further lines below the first one's.
std::string entry(std::string_view label, std::string_view text, std::size_t columns,
                  Colour colour = Colour::plain);

/// "2026-11-21 16:30:03", in local time.
std::string local_time(std::chrono::system_clock::time_point time);
/// "2026-11-21T16:30:03Z"
std::string iso_time(std::chrono::system_clock::time_point time);

/// One JSON document on stdout. Bytes that are no UTF-8 are replaced.
void print_json(const nlohmann::ordered_json& document);

} // namespace handoff
