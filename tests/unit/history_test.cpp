// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/history.hpp"

#include "hook/history_report.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>

using namespace handoff;
using namespace std::chrono_literals;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";

Event event(const std::string& domain, Outcome outcome) {
    return {std::chrono::system_clock::time_point(1'700'000'000s),
            1200ms,
            outcome,
            domain,
            uuid,
            outcome == Outcome::refused ? "0000:01:00.0: held\tby\nsomebody; close it" : "",
            {{100ms, 300ms, "driver 0000:01:00.1: snd_hda_intel -> vfio-pci"},
             {400ms, 800ms, "driver 0000:01:00.0: amdgpu -> vfio-pci"}}};
}

void append(const Tree& tree, const std::string& text) {
    std::ofstream(tree.roots.history(), std::ios::app) << text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

TEST_CASE("what is remembered is read again", "[history]") {
    const Tree tree;
    CHECK(read_history(tree.roots).empty());
    for (const Outcome outcome : {Outcome::handed_over, Outcome::refused, Outcome::failed,
                                  Outcome::given_back, Outcome::not_given_back, Outcome::recovered})
        remember(tree.roots, event("win\t11", outcome));
    const std::vector<Event> events = read_history(tree.roots);
    REQUIRE(events.size() == 6);
    CHECK(events[0] == event("win\t11", Outcome::handed_over));
    CHECK(events[1] == event("win\t11", Outcome::refused));
    CHECK(events[5] == event("win\t11", Outcome::recovered));
    struct stat status {};
    REQUIRE(::stat(tree.roots.history().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("torn and bad lines of the history are left out, and hurt no other", "[history]") {
    const Tree tree;
    remember(tree.roots, event("first", Outcome::handed_over));
    append(tree, "what is this\n\n1\t2\n");
    append(tree, "9\t1\t1\thanded over\tnewer\t" + uuid + "\t\t.\n");
    append(tree, "1\t1\t1\tstolen\tunknown\t" + uuid + "\t\t.\n");
    append(tree, "1\t1\t-1\thanded over\tnumber\t" + uuid + "\t\t.\n");
    append(tree, "1\t1\t1\thanded over\tstep\t" + uuid + "\t\tx\t1\ttext\t.\n");
    append(tree, "1\t1\t1\thanded over\ttorn\t" + uuid + "\t\t1\t1\ttex");
    CHECK(read_history(tree.roots) == std::vector{event("first", Outcome::handed_over)});
    remember(tree.roots, event("second", Outcome::given_back));
    const std::vector<Event> events = read_history(tree.roots);
    REQUIRE(events.size() == 2);
    CHECK(events[1] == event("second", Outcome::given_back));
}

TEST_CASE("the history is bounded and keeps the newest", "[history]") {
    const Tree tree;
    for (int i = 0; i < 3000; ++i)
        remember(tree.roots, event("win" + std::to_string(i), Outcome::handed_over));
    CHECK(std::filesystem::file_size(tree.roots.history()) < std::uintmax_t{300} * 1024);
    const std::vector<Event> events = read_history(tree.roots);
    CHECK(events.size() > 200);
    CHECK(events.back().domain == "win2999");
    for (std::size_t i = 1; i < events.size(); ++i)
        CHECK(events[i].domain == "win" + std::to_string(3000 - events.size() + i));
}

TEST_CASE("a history that cannot be written is no error", "[history]") {
    Tree tree;
    tree.folder("state/history");
    CHECK_NOTHROW(remember(tree.roots, event("win11", Outcome::handed_over)));
    tree.roots.state /= "no/such/directory";
    CHECK_NOTHROW(remember(tree.roots, event("win11", Outcome::handed_over)));
}

TEST_CASE("a recording has its steps with their begin", "[history]") {
    const Tree tree;
    const Spent begin = spent_so_far();
    Recording recording("win11", uuid, begin);
    recording.add({Kind::driver, "0000:01:00.0", "amdgpu", "vfio-pci"}, spent_so_far() - begin);
    recording.end(tree.roots, Outcome::failed, "why");
    const std::vector<Event> events = read_history(tree.roots);
    REQUIRE(events.size() == 1);
    CHECK(events[0].error == "why");
    REQUIRE(events[0].steps.size() == 1);
    CHECK(events[0].steps[0].text == "driver 0000:01:00.0: amdgpu -> vfio-pci");
    CHECK(events[0].steps[0].begin >= 0us);
    CHECK(events[0].steps[0].begin + events[0].steps[0].duration <= events[0].duration);
    CHECK(std::chrono::system_clock::now() - events[0].begin < 1h);
}

TEST_CASE("the history's bars stand where their steps were", "[history]") {
    const std::vector<std::string> lines =
        lines_of(text_of({event("win11", Outcome::handed_over)}, 80, Bars::ascii));
    REQUIRE(lines.size() >= 3);
    CHECK_THAT(lines[0], contains("win11: handed over in 1200 ms"));
    CHECK(lines[1].substr(0, 24) == "   =====                ");
    CHECK(lines[1].substr(22, 9) == "   300 ms");
    CHECK_THAT(text_of({event("win11", Outcome::handed_over)}, 80, Bars::blocks), contains("█"));
}

TEST_CASE("the history fits a narrow terminal and says what refused a start", "[history]") {
    const std::string text = text_of({event("win11", Outcome::refused)}, 40, Bars::ascii);
    for (const std::string& line : lines_of(text)) {
        INFO(line);
        CHECK(line.size() <= 40);
    }
    CHECK_THAT(text, contains("refused"));
    CHECK_THAT(text, contains("held by"));
    CHECK_THAT(text, contains("snd_hda_intel"));
}

TEST_CASE("the history as JSON", "[history]") {
    const auto json = json_of({event("win11", Outcome::refused)});
    const auto& first = json["events"][0];
    CHECK(first["begin"] == "2023-11-14T22:13:20Z");
    CHECK(first["outcome"] == "refused");
    CHECK(first["error"] == "0000:01:00.0: held\tby\nsomebody; close it");
    CHECK(first["steps"][1]["begin_us"] == 400000);
    CHECK(json_of({event("win11", Outcome::handed_over)})["events"][0]["error"].is_null());
}

TEST_CASE("the history of one domain, or the nearest names", "[history]") {
    const std::vector<Event> events{event("win11", Outcome::refused),
                                    event("macos", Outcome::refused)};
    CHECK(of_domain(events, "macos") == std::vector{events[1]});
    CHECK(of_domain(events, uuid).size() == 2);
    CHECK_THROWS_WITH(of_domain(events, "win12"), contains("did you mean win11?"));
    CHECK_THROWS_WITH(of_domain({}, "win12"), contains("gpu-handoff history shows all"));
}
