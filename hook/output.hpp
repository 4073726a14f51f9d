// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace handoff {

/// Colours of what the command prints; each is the plain text when stdout is no terminal, or
/// NO_COLOR is set (https://no-color.org).
enum class Colour { plain, bold, dim, red, yellow, green };
std::string coloured(Colour colour, std::string_view text);

/// How many columns a line may have: the terminal's, 80 when stdout is none; 40 at least.
std::size_t columns();

/// Writes to stdout. Throws Error when nobody can read it any more: what must go on all the same,
/// as a recovery must, does not print this way.
void print(std::string_view text);

/// A word that the person can copy into a shell.
std::string shell_word(const std::string& word);

} // namespace handoff
