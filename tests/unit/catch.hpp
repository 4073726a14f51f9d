// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// Catch2 v3 or v2: only names that both have.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

/// For CHECK_THROWS_WITH and CHECK_THAT: the text is somewhere in it. (v2 and v3 call that
/// differently.)
inline auto contains(const std::string& text) {
#if __has_include(<catch2/catch_all.hpp>)
    return Catch::Matchers::ContainsSubstring(text);
#else
    return Catch::Matchers::Contains(text);
#endif
}
