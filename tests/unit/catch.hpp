// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Catch2 v3 or v2: only names that both have.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>

using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
#include <string>

inline auto ContainsSubstring(const std::string& text) {
    return Catch::Matchers::Contains(text);
}
#endif

#include <string>

/// For CHECK_THROWS_WITH and CHECK_THAT: the text is somewhere in it. (v2 and v3 call that
/// differently. Not for text that means something in a regular expression.)
inline auto contains(const std::string& text) {
    return Catch::Matchers::Matches(".*" + text + ".*");
}
