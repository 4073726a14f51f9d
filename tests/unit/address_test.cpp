// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"

#include "tests/unit/catch.hpp"

#include <cstddef>
#include <string>

using namespace handoff;

TEST_CASE("an address is read in any case, with or without its domain", "[address]") {
    CHECK(parse_address("0000:01:00.0") == "0000:01:00.0");
    CHECK(parse_address("01:00.0") == "0000:01:00.0");
    CHECK(parse_address("0000:0A:1F.7") == "0000:0a:1f.7");
    CHECK(parse_address("FFFF:ff:00.1") == "ffff:ff:00.1");
    CHECK(parse_address("10000:e1:00.0") == "10000:e1:00.0");
    CHECK(parse_address("00000001:01:00.0") == "0001:01:00.0");
    CHECK(parse_address("ffffffff:01:00.0") == "ffffffff:01:00.0");
}

TEST_CASE("what is no address is refused", "[address]") {
    const auto text =
        GENERATE(as<std::string>{}, "", "1:00.0", "01:00", "01:00.", "01:00.8", "01:20.0",
                 "000:01:00.0", ":01:00.0", "0000-01:00.0", "0000:01.00.0", "0000:01:00:0",
                 "0000:01:00.0 ", " 0000:01:00.0", "0000:01:00.00", "0000:0x1:00.0", "0000:-1:00.0",
                 "0000:+1:00.0", "0000:g1:00.0", "000000000:01:00.0", "0x00:01:00.0",
                 "pci_0000_01_00_0", "/../../x/..:01:00.0");
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
}

TEST_CASE("every byte that is changed for a wrong one spoils an address", "[address]") {
    const std::size_t i = GENERATE(range(std::size_t{0}, std::size_t{12}));
    const char wrong = GENERATE('/', ' ', 'g', '\0', '\n', '\x80');
    std::string text = "0000:01:00.0";
    text[i] = wrong;
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
}

TEST_CASE("an address is made of numbers in range", "[address]") {
    CHECK(make_address(0, 1, 0, 0) == "0000:01:00.0");
    CHECK(make_address(0x10000, 0xff, 0x1f, 7) == "10000:ff:1f.7");
    CHECK_FALSE(make_address(0, 0x100, 0, 0));
    CHECK_FALSE(make_address(0, 0, 0x20, 0));
    CHECK_FALSE(make_address(0, 0, 0, 8));
}

TEST_CASE("functions of a card share their slot", "[address]") {
    CHECK(slot_of("0000:01:00.1") == "0000:01:00");
    CHECK(slot_of("10000:e1:1f.7") == "10000:e1:1f");
    CHECK(slot_of("").empty());
}
