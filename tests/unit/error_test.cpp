// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/error.hpp"

#include "tests/unit/catch.hpp"

using namespace handoff;

TEST_CASE("an error is subject, what is wrong, and what to do") {
    CHECK(std::string(Error("0000:01:00.0", "is gone", "plug it in").what()) ==
          "0000:01:00.0: is gone; plug it in");
}

TEST_CASE("a line for people is one line, whatever the text holds") {
    CHECK(one_line("a\nb\tc\x7f") == "gpu-handoff: a b c ");
    CHECK(one_line("") == "gpu-handoff: ");
}

TEST_CASE("a line for people has at most 200 bytes and keeps both ends") {
    const std::string line = one_line("subject: " + std::string(500, 'x') + "; what to do");
    CHECK(line.size() == 200);
    CHECK(line.starts_with("gpu-handoff: subject: xxx"));
    CHECK(line.ends_with("xxx; what to do"));
}

TEST_CASE("a line that is cut stays valid UTF-8") {
    for (int shift = 0; shift < 4; ++shift) {
        std::string text(static_cast<std::size_t>(shift), 'a');
        for (int i = 0; i < 200; ++i)
            text += "\u20ac";
        const std::string line = one_line(text);
        CHECK(line.size() <= 200);
        CHECK(line.size() > 190);
        const std::size_t cut = line.find("...");
        REQUIRE(cut != std::string::npos);
        CHECK((cut - 13 - static_cast<std::size_t>(shift)) % 3 == 0);
        CHECK((line.size() - cut - 3) % 3 == 0);
    }
}
