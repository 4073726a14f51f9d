// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/layout.hpp"

#include "tests/unit/catch.hpp"

using namespace handoff;

TEST_CASE("lines are broken between words, and in words that are longer than a line", "[layout]") {
    CHECK(wrapped("one two three", 80, 4, 0) == "one two three\n");
    CHECK(wrapped("one two three", 8, 2, 0) == "one two\n  three\n");
    CHECK(wrapped("one two three", 8, 2, 4) == "one\n  two\n  three\n");
    CHECK(wrapped("0000:01:00.0", 8, 2, 0) == "0000:01:\n  00.0\n");
    CHECK(wrapped("äöü äöü", 4, 0, 0) == "äöü\näöü\n");
    CHECK(wrapped("a\033[1m\nb", 80, 0, 0) == "a [1m b\n");
    CHECK(wrapped("", 80, 0, 0) == "\n");
}
