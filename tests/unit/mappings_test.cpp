// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/mappings.hpp"

#include "tests/unit/catch.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <vector>

using namespace handoff;

namespace {

/// A file with this text, as /proc/PID/maps would have it.
Fd maps_of(const std::string& text) {
    Fd file(::memfd_create("maps", MFD_CLOEXEC));
    REQUIRE(::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

} // namespace

TEST_CASE("a line of maps tells the mapped file", "[mappings]") {
    CHECK(parse_mapping("7f3794f35000-7f3794f36000 r--p 00000000 00:06 4      /dev/zero") ==
          Mapping{"7f3794f35000-7f3794f36000", {6, 4}});
    CHECK(parse_mapping("00400000-00452000 rw-s 1200a1b000 00:10f 18446744073709551615 /a b 00:06 "
                        "4") == Mapping{"00400000-00452000", {0x10f, 18446744073709551615U}});
    CHECK(parse_mapping("00400000-00452000 r--p 00000000 00:06 4") ==
          Mapping{"00400000-00452000", {6, 4}});
}

TEST_CASE("a line without a file, or with one on a disk, is none", "[mappings]") {
    const auto* line =
        GENERATE("7f3700000000-7f3700001000 rw-p 00000000 00:00 0 ",
                 "7f3700000000-7f3700001000 rw-p 00000000 00:00 0 [heap]",
                 "7f3700000000-7f3700001000 r-xp 00000000 08:01 42 /bin/a 00:06 4",
                 "7f3700000000-7f3700001000 r-xp 00000000 103:00 42 /bin/a", "", " ",
                 "7f3700000000-7f3700001000", "7f3700000000-7f3700001000 r--p 00000000 00:06 x",
                 "7f3700000000-7f3700001000 r--p 00000000 0006 4",
                 "7f3700000000-7f3700001000 r--p 00000000 00:06 ",
                 "7f3700000000-7f3700001000 r--p 00000000 00:g6 4", "7f37-7f38 r--p 0 00:06 4");
    CAPTURE(line);
    CHECK_FALSE(parse_mapping(line));
}

TEST_CASE("a link in map_files has no leading zeros", "[mappings]") {
    CHECK(link_of({"00400000-00452000", {}}) == "400000-452000");
    CHECK(link_of({"00000000-7f3794f36000", {}}) == "0-7f3794f36000");
}

TEST_CASE("mappings are found across the borders of reads", "[mappings]") {
    std::string text;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t inode = 1; inode <= 5000; ++inode) {
        text.append("7f3794f35000-7f3794f36000 r--p 00000000 00:06 ").append(std::to_string(inode));
        text.append(" /usr/lib/").append(inode % 97, 'x').append("\n");
        expected.push_back(inode);
    }
    std::vector<std::uint64_t> found;
    const auto collect = [&](const Mapping& mapping) { found.push_back(mapping.file.inode); };
    CHECK(for_each_mapping(maps_of(text), collect) == 0);
    CHECK(found == expected);
}

TEST_CASE("a failed read of mappings is told", "[mappings]") {
    const Fd directory(::open("/", O_RDONLY | O_CLOEXEC));
    CHECK(for_each_mapping(directory, [](const Mapping&) {}) == EISDIR);
}
