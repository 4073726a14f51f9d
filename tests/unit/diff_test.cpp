// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/diff.hpp"

#include "tests/unit/catch.hpp"

using namespace handoff;

namespace {

std::string shown(const std::string& before, const std::string& after) {
    std::string text;
    for (const DiffLine& line : difference(before, after))
        text += line.kind + line.text + "\n";
    return text;
}

} // namespace

TEST_CASE("the same texts have no difference", "[diff]") {
    CHECK(difference("", "").empty());
    CHECK(difference("a\nb\n", "a\nb\n").empty());
}

TEST_CASE("a difference is shown with two lines around it", "[diff]") {
    CHECK(shown("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\n4\nnew\n5\n6\n7\n") == " 3\n 4\n+new\n 5\n 6\n");
    CHECK(shown("1\n2\n3\n", "1\n3\n") == " 1\n-2\n 3\n");
    CHECK(shown("1\nold\n2\n", "1\nnew\n2\n") == " 1\n-old\n+new\n 2\n");
}

TEST_CASE("between differences that are far from each other lines are left out", "[diff]") {
    CHECK(shown("a\n1\n2\n3\n4\n5\nb\n", "A\n1\n2\n3\n4\n5\nB\n") ==
          "-a\n+A\n 1\n 2\n@\n 4\n 5\n-b\n+B\n");
    CHECK(shown("a\n1\n2\n3\n4\nb\n", "A\n1\n2\n3\n4\nB\n") == "-a\n+A\n 1\n 2\n 3\n 4\n-b\n+B\n");
}

TEST_CASE("one of the texts may be empty", "[diff]") {
    CHECK(shown("", "a\nb\n") == "+a\n+b\n");
    CHECK(shown("a\nb", "") == "-a\n-b\n");
}
