// SPDX-License-Identifier: GPL-2.0-or-later

#include "libhandoff/domain.hpp"
#include "libhandoff/spent.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/front_door_host.hpp"

#include <algorithm>

using namespace front_door_host;

namespace {

/// More than the front door reads.
std::string flood(char c) {
    std::string text;
    text.resize(std::size_t{70} << 20U, c);
    return text;
}

std::string joined(const std::vector<std::string>& arguments) {
    std::string text;
    for (const std::string& argument : arguments)
        text.append(argument).push_back('\0');
    return text;
}

bool is_root() {
    return ::geteuid() == 0;
}

const std::string mark(handoff::mark_namespace);

} // namespace

TEST_CASE("a domain without a file is left alone, whatever its name", "[front-door]") {
    const FakeEtc host;
    const std::string name =
        GENERATE(as<std::string>(), "", ".", "..", "win1", "win111", "WIN11", "win11.toml",
                 "win11\n", " win11", "../domains/win11", "./win11", "/etc/passwd", "-rf", "--help",
                 "*", "w?n11", "$(touch x)", "a \"quoted\" 'name'", "jörg", "\xff\xfe",
                 std::string(200, 'x'), std::string(5000, 'y'), "%s%n");
    const std::string operation =
        GENERATE(as<std::string>(), "prepare", "start", "release", "started");
    CAPTURE(name, operation);
    CHECK(host.run(call(name, operation)) == nothing);
}

TEST_CASE("for a domain with a file the engine gets the same arguments and input", "[front-door]") {
    const FakeEtc host;
    const std::string name =
        GENERATE(as<std::string>(), "win11", " ", "a \"quoted\" 'name'", "-rf", "--", "two\nlines",
                 "jörg", "$(touch x)", "...", "a.toml", std::string(200, 'x'));
    host.configure(name);
    const std::string operation = GENERATE(as<std::string>(), "prepare", "start");
    CAPTURE(name, operation);
    CHECK(host.run(call(name, operation)) == engine_ran);
    CHECK(host.recorded("arguments") == joined({name, operation, "begin", "-"}));
    CHECK(host.recorded("input") == "<domain/>");
}

TEST_CASE("the engine gets an environment of its own, and no signal from a broken pipe",
          "[front-door]") {
    const FakeEtc host;
    const handoff::Spent before = handoff::spent_so_far();
    CHECK(host.run(call("win11", "prepare")) == engine_ran);
    const handoff::Spent after = handoff::spent_so_far();
    const std::string environment = host.recorded("environment");
    const std::string fixed =
        joined({"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}) + "GPU_HANDOFF_BEGIN=";
    REQUIRE(environment.starts_with(fixed));
    CHECK(std::ranges::count(environment, '\0') == 3);
    ::setenv("GPU_HANDOFF_BEGIN", environment.c_str() + fixed.size(), 1);
    const handoff::Spent begin = handoff::at_hook_begin();
    ::unsetenv("GPU_HANDOFF_BEGIN");
    CHECK(begin.wall >= before.wall);
    CHECK(begin.wall <= after.wall);
    CHECK(begin.cpu.count() > 0);
    CHECK(begin.cpu <= after.wall - before.wall);
    const std::string digits = host.recorded("signals").substr(sizeof "SigIgn:");
    CHECK((std::stoull(digits, nullptr, 16) >> unsigned{SIGPIPE - 1} & 1U) == 1U);
}

TEST_CASE("other operations and other arguments are not for us", "[front-door]") {
    const FakeEtc host;
    host.add_journal();
    const auto arguments =
        GENERATE(std::vector<std::string>{}, std::vector<std::string>{"win11"},
                 std::vector<std::string>{"win11", "prepare"},
                 std::vector<std::string>{"win11", "prepare", "begin"},
                 std::vector<std::string>{"win11", "prepare", "begin", "-", "more"},
                 std::vector<std::string>{"win11", "", "", ""},
                 std::vector<std::string>{"win11", "prepared", "begin", "-"},
                 std::vector<std::string>{"win11", "stopped", "end", "-"},
                 std::vector<std::string>{"win11", "reconnect", "begin", "-"},
                 std::vector<std::string>{"win11", "migrate", "begin", "-"},
                 std::vector<std::string>{"win11", "restore", "begin", "-"});
    CHECK(host.run({.arguments = arguments}) == nothing);
}

TEST_CASE("release and start are ours for a domain that has devices", "[front-door]") {
    const FakeEtc host;
    Call door = call("other", GENERATE("release", "start"));
    door.input = GENERATE(as<std::string>(), "", "<domain><uuid>5c2f</uuid></domain>",
                          std::string(70'000, ' ') + "5c2f");
    CHECK(host.run(door) == nothing);
    host.add_journal();
    CHECK(host.run(door) == engine_ran);
    CHECK((host.recorded("input") == door.input));
    door.input = "<domain><uuid>5c2e</uuid></domain>";
    CHECK(host.run(door) == nothing);
    fs::remove_all(host.journals());
    CHECK(host.run(door) == nothing);
}

TEST_CASE("started is ours for a domain with a file while some domain has devices",
          "[front-door]") {
    const FakeEtc host;
    CHECK(host.run(call("win11", "started")) == nothing);
    host.add_journal();
    CHECK(host.run(call("win11", "started")) == engine_ran);
    CHECK(host.run(call("other", "started")) == nothing);
}

TEST_CASE("without any configuration nothing is ours", "[front-door]") {
    const FakeEtc host;
    fs::remove_all(host.domains());
    CHECK(host.run(call("win11", GENERATE("prepare", "start", "release"))) == nothing);
}

TEST_CASE("root leaves a directory that cannot be read to the engine, a user is not concerned",
          "[front-door]") {
    if (!is_root())
        return;
    const FakeEtc host;
    const Outcome as_root = GENERATE(true, false) ? engine_ran : nothing;
    Call door = call("other", GENERATE("prepare", "start", "release"));
    door.as_user = as_root == nothing;
    const bool release = door.arguments[1] == "release";
    const fs::path directory = release ? host.journals() : host.domains();
    if (door.as_user) {
        fs::permissions(directory, fs::perms::none);
    } else {
        fs::remove_all(directory);
        std::ofstream(directory) << "no directory";
    }
    CHECK(host.run(door) == as_root);
}

TEST_CASE("a user's configured domain is the engine's to refuse", "[front-door]") {
    const FakeEtc host;
    Call door = call("win11", GENERATE("prepare", "start"));
    door.as_user = is_root();
    CHECK(host.run(door) == engine_ran);
}

TEST_CASE("a marked domain without a file goes to the engine, its XML whole", "[front-door]") {
    const FakeEtc host;
    const std::size_t before =
        GENERATE(std::size_t{0}, std::size_t{4090}, std::size_t{65535}, std::size_t{65536 - 10},
                 std::size_t{65536 - 24}, std::size_t{2 * 65536 - 1}, std::size_t{10'000'000});
    const std::size_t after = GENERATE(std::size_t{0}, std::size_t{300'000});
    Call door = call("renamed", "prepare");
    door.input = std::string(before, ' ') + mark + std::string(after, '\n');
    CAPTURE(before, after);
    CHECK(host.run(door) == engine_ran);
    CHECK((host.recorded("input") == door.input));
}

TEST_CASE("only prepare looks for the mark", "[front-door]") {
    const FakeEtc host;
    Call door = call("renamed", GENERATE("start", "release", "stopped", "restore"));
    door.input = mark;
    CHECK(host.run(door) == nothing);
}

TEST_CASE("input without the mark is none of our business", "[front-door]") {
    const FakeEtc host;
    Call door = call("other", "prepare");
    door.input = GENERATE(as<std::string>(), "", "no XML", std::string(1000, '\0'), flood('<'),
                          mark.substr(1), mark.substr(0, mark.size() - 1),
                          mark.substr(0, 10) + " " + mark.substr(10),
                          std::string(65530, 'x') + mark.substr(0, 23) + "2");
    CHECK(host.run(door) == nothing);
}

TEST_CASE("of a marked flood the engine gets the begin", "[front-door]") {
    const FakeEtc host;
    Call door = call("renamed", "prepare");
    door.input = mark + flood('x');
    CHECK(host.run(door) == engine_ran);
    CHECK((host.recorded("input") == door.input.substr(0, std::size_t{64} << 20U)));
}

TEST_CASE("closed descriptors do no harm", "[front-door]") {
    const FakeEtc host;
    Call door = call(GENERATE("win11", "other"), "prepare");
    door.closed =
        GENERATE(std::vector<int>{0}, std::vector<int>{1}, std::vector<int>{2},
                 std::vector<int>{0, 1}, std::vector<int>{1, 2}, std::vector<int>{0, 1, 2});
    const bool has = door.arguments[0] == "win11";
    const bool mute = door.closed.back() == 2;
    const bool empty = door.closed.front() == 0;
    const Outcome expected{has ? engine_status : 0, "", has && !mute ? engine_ran.err : ""};
    CHECK(host.run(door) == expected);
    CHECK(host.recorded("input") == (has && !empty ? door.input : ""));
}

TEST_CASE("without an engine the start is refused in one line", "[front-door]") {
    const FakeEtc host;
    host.add_journal();
    fs::remove(host.path() / "engine");
    Call door = call("win11", GENERATE("prepare", "start", "release"));
    door.input = "<uuid>5c2f</uuid>";
    CHECK(host.run(door) == Outcome{1, "",
                                    "gpu-handoff: ./engine: cannot be run (No such file or "
                                    "directory); reinstall gpu-handoff\n"});
}

TEST_CASE("without an engine and without stderr the start is refused too", "[front-door]") {
    const FakeEtc host;
    fs::remove(host.path() / "engine");
    Call door = call("win11", "prepare");
    door.closed = {1, 2};
    CHECK(host.run(door) == Outcome{1, "", ""});
}

TEST_CASE("without an engine a domain that runs lives on", "[front-door]") {
    const FakeEtc host;
    host.add_journal();
    fs::remove(host.path() / "engine");
    CHECK(host.run(call("win11", "started")).status == 0);
}
