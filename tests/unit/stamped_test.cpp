// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/stamped.hpp"

#include "libhandoff/sysfs.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/temporary.hpp"

#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

using namespace handoff;

namespace {

const std::string text = stamped("us", "one\ntwo\n");

void put(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file) << content;
}

} // namespace

TEST_CASE("a stamp holds for the very text it was made for") {
    CHECK(is_as_stamped(text));
    CHECK(is_as_stamped(stamped("another version", "one\ntwo\n")));
    CHECK_FALSE(is_as_stamped(text + "three\n"));
    CHECK_FALSE(is_as_stamped(text.substr(0, text.size() - 1)));
    CHECK_FALSE(is_as_stamped("one\ntwo\n"));
    CHECK_FALSE(is_as_stamped("# gpu-handoff "));
    CHECK_FALSE(is_as_stamped(""));
}

TEST_CASE("a stamped file is written with its directory, and removed") {
    const Temporary directory;
    const std::filesystem::path file = directory.path() / "conf.d/ours.conf";
    ::umask(0077);
    CHECK(apply({change_to(file, text)}).size() == 1);
    CHECK(read_file(file) == text);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0644U);
    CHECK(list(file.parent_path()) == std::vector<std::string>{"ours.conf"});
    CHECK(apply({change_to(file, text)}).empty());
    CHECK(apply({change_to(file, std::nullopt)}).size() == 1);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(apply({change_to(file, std::nullopt)}).empty());
}

TEST_CASE("our own older text is replaced, what a person has changed is not") {
    const Temporary directory;
    const std::filesystem::path file = directory.path() / "ours.conf";
    put(file, stamped("an older version", "one\n"));
    apply({change_to(file, text)});
    CHECK(read_file(file) == text);
    put(file, text + "mine\n");
    CHECK_THROWS_WITH(change_to(file, text),
                      contains("was changed by hand") && contains(file.string()));
    CHECK_THROWS(change_to(file, std::nullopt));
    CHECK(read_file(file) == text + "mine\n");
}

TEST_CASE("when one file cannot be written, the others are as before") {
    const Temporary directory;
    const std::filesystem::path good = directory.path() / "good.conf";
    const std::filesystem::path fresh = directory.path() / "fresh.conf";
    const std::filesystem::path bad = directory.path() / "file/bad.conf";
    const std::string before = stamped("us", "before\n");
    put(good, before);
    put(directory.path() / "file", "no directory");
    CHECK_THROWS_WITH(apply({change_to(good, text), change_to(fresh, text), change_to(bad, text)}),
                      contains("cannot be changed"));
    CHECK(read_file(good) == before);
    CHECK_FALSE(std::filesystem::exists(fresh));
}
