// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// The fields of one line of our own files, separated by a tab; in a field "\t", "\n" and "\\"
/// stand for tab, newline, backslash.
using Fields = std::vector<std::string>;

/// With the newline at its end.
std::string line_of(const Fields& fields);
/// Of a line without its newline; one empty field for an empty line.
Fields fields_of(std::string_view line);

} // namespace handoff
