// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/temporary.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace handoff;
namespace fs = std::filesystem;

namespace {

/// A configuration directory that lives as long as the test.
class Etc {
public:
    Etc() {
        fs::create_directory(path_ / "domains");
        set_mode("", 0755);
        set_mode("domains", 0755);
    }

    [[nodiscard]] fs::path operator/(const fs::path& name) const { return path_ / name; }
    [[nodiscard]] std::optional<Config> load(const std::string& domain) const {
        return load_config(path_, domain);
    }
    /// What load() says, without the directory's own path.
    [[nodiscard]] std::string error(const std::string& domain) const {
        try {
            load_config(path_, domain);
        } catch (const Error& error) {
            std::string text = error.what();
            const std::string own = path_.string();
            if (text.starts_with(own))
                text.replace(0, own.size(), "ETC");
            return text;
        }
        return "no error";
    }
    void write(const fs::path& name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        set_mode(name, 0644);
    }
    void set_mode(const fs::path& name, mode_t mode) const {
        REQUIRE(::chmod((path_ / name).c_str(), mode) == 0);
    }

private:
    Temporary directory_;
    fs::path path_ = directory_.path();
};

} // namespace

TEST_CASE("a domain without a file is not configured", "[config]") {
    const Etc etc;
    etc.write("domains/win11.toml", "");
    CHECK(etc.load("win11") == Config{});
    const auto name =
        GENERATE(as<std::string>{}, "win10", "", "win11.toml", "WIN11", "win1", "win111",
                 "../domains/win11", "./win11", ".", "..", "-rf", "$(id)", "win11\n", "w\xC3\xAFn");
    CAPTURE(name);
    CHECK_FALSE(etc.load(name));
    CHECK_FALSE(etc.load(std::string(5000, 'x')));
}

TEST_CASE("names that are odd but a file are configured", "[config]") {
    const Etc etc;
    const auto name = GENERATE(as<std::string>{}, " ", "a b", "-rf", "--help", ".", "..", "'\"",
                               "$(id)", "a\nb", "w\xC3\xAFn", "win11.toml", std::string(200, 'x'));
    etc.write("domains/" + name + ".toml", "timeout_s = 7");
    CAPTURE(name);
    REQUIRE(etc.load(name));
    CHECK(etc.load(name)->timeout == std::chrono::seconds(7));
}

TEST_CASE("missing directories mean not configured, other errors do not", "[config]") {
    const Etc etc;
    fs::remove(etc / "domains");
    CHECK_FALSE(etc.load("win11"));
    CHECK_FALSE(load_config(etc / "missing", "win11"));
    fs::create_symlink("nowhere", etc / "domains");
    CHECK(etc.error("win11") ==
          "ETC/domains: cannot be read: No such file or directory; make it readable");
    fs::remove(etc / "domains");
    etc.write("domains", "");
    CHECK(etc.error("win11") == "ETC/domains: cannot be read: Not a directory; make it readable");
    CHECK_THROWS_AS(load_config(etc / "domains", "win11"), Error);
}

TEST_CASE("a domain's file stands over gpu-handoff.toml", "[config]") {
    const Etc etc;
    etc.write("gpu-handoff.toml", "timeout_s = 9\nunload = 'never'");
    CHECK_FALSE(etc.load("win11"));
    etc.write("domains/win11.toml", "timeout_s = 10");
    CHECK(etc.load("win11") == Config{.devices = std::nullopt,
                                      .unload = Unload::never,
                                      .timeout = std::chrono::seconds(10)});
    etc.write("domains/win11.toml", "\ntimeout_s = 0");
    CHECK(etc.error("win11") == "ETC/domains/win11.toml:2: timeout_s: 0 is out of range; "
                                "write a whole number of seconds from 1 to 600");
    etc.write("gpu-handoff.toml", "timeout_s");
    CHECK_THAT(etc.error("win11"), Catch::Matchers::StartsWith("ETC/gpu-handoff.toml:1: "));
    CHECK(etc.error("win10") == "no error");
}

TEST_CASE("a file that is there but no settings is an error", "[config]") {
    const Etc etc;
    const fs::path file = GENERATE(as<fs::path>{}, "domains/win11.toml", "gpu-handoff.toml");
    etc.write("domains/win11.toml", "");
    fs::remove(etc / file);
    const std::string subject = "ETC/" + file.string();
    SECTION("a directory") {
        fs::create_directory(etc / file);
        etc.set_mode(file, 0755);
        CHECK(etc.error("win11") ==
              subject + ": is not a regular file; write the settings into a file");
    }
    SECTION("a FIFO") {
        REQUIRE(::mkfifo((etc / file).c_str(), 0600) == 0);
        CHECK(etc.error("win11") ==
              subject + ": is not a regular file; write the settings into a file");
    }
    SECTION("a link to nowhere, and to itself") {
        fs::create_symlink("nowhere", etc / file);
        CHECK(etc.error("win11") ==
              subject + ": cannot be read: No such file or directory; make it readable");
        fs::remove(etc / file);
        fs::create_symlink(file.filename(), etc / file);
        CHECK_THAT(etc.error("win11"), Catch::Matchers::StartsWith(subject + ": cannot be read: "));
    }
    SECTION("too large") {
        etc.write(file, "# " + std::string(100, 'x') + "\n");
        fs::resize_file(etc / file, (1U << 20U) + 1);
        CHECK(etc.error("win11") == subject + ": is larger than 1 MiB; write settings only");
    }
    SECTION("unreadable") {
        etc.write(file, "");
        etc.set_mode(file, 0);
        if (::geteuid() != 0)
            CHECK(etc.error("win11") ==
                  subject + ": cannot be read: Permission denied; make it readable");
    }
}

TEST_CASE("a file of exactly 1 MiB behind a link is read", "[config]") {
    const Etc etc;
    std::string text = "timeout_s = 3\n";
    while (text.size() < 1U << 20U)
        text += "# 4567890123456\n";
    text.resize(1U << 20U);
    etc.write("elsewhere", text);
    fs::create_symlink("../elsewhere", etc / "domains/win11.toml");
    REQUIRE(etc.load("win11"));
    CHECK(etc.load("win11")->timeout == std::chrono::seconds(3));
}

TEST_CASE("what others can write is not believed", "[config]") {
    const Etc etc;
    etc.write("gpu-handoff.toml", "");
    etc.write("domains/win11.toml", "");
    const auto name =
        GENERATE(as<std::string>{}, "", "domains", "gpu-handoff.toml", "domains/win11.toml");
    const std::string subject = name.empty() ? "ETC" : "ETC/" + name;
    SECTION("by its mode") {
        const mode_t bit = GENERATE(as<mode_t>{}, S_IWGRP, S_IWOTH);
        etc.set_mode(name, 0755 | bit);
        CHECK(etc.error("win11") ==
              subject + ": others can write to it; chmod go-w it and check what it says");
        CHECK(etc.error("win10") == "no error");
    }
    SECTION("by its owner") {
        if (::geteuid() == 0) {
            REQUIRE(::chown((etc / name).c_str(), 12345, 0) == 0);
            CHECK(etc.error("win11") ==
                  subject + ": belongs to user 12345; chown it to root and check what it says");
        }
    }
}

TEST_CASE("loading settings leaves no descriptor open", "[config]") {
    const Etc etc;
    etc.write("domains/win11.toml", "");
    etc.write("domains/bad.toml", "x");
    const auto open_files = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    };
    const auto before = open_files();
    for (const char* name : {"win11", "bad", "none"})
        CHECK_FALSE(etc.error(name).empty());
    CHECK(open_files() == before);
}
