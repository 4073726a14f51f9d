// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/status_report.hpp"

#include "hook/list_report.hpp"
#include "libhandoff/lock.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/reported.hpp"

#include <nlohmann/json.hpp>

using namespace handoff;
using namespace reported;

TEST_CASE("a computer without a GPU", "[report]") {
    Tree tree;
    CHECK_THAT(text_of(list_gpus(tree.roots, {}), 80), contains("no graphics card"));
    CHECK_THAT(text_of(look_at_status(tree.roots), 80), contains("no graphics card"));
}

TEST_CASE("status says where each GPU is", "[report]") {
    const Computer computer;
    CHECK_THAT(text_of(look_at_status(computer.roots), 80),
               contains("with the host (driver bochs-drm)"));
    CHECK_FALSE(something_is_left(look_at_status(computer.roots)));

    add_journal(computer, "macos", other_uuid, true);
    const StatusReport report = look_at_status(computer.roots);
    CHECK_THAT(text_of(report, 80), contains("with domain macos since "));
    CHECK(json_of(report)["gpus"][0]["handed_over"]["domain"] == "macos");
    CHECK(json_of(report)["journals"][0]["state"] == "live");
    CHECK_FALSE(something_is_left(report));
}

TEST_CASE("status tells of a journal that was left behind, and who is at it", "[report]") {
    const Computer computer;
    add_journal(computer, "macos", other_uuid, false);
    CHECK(something_is_left(look_at_status(computer.roots)));
    const std::string text = text_of(look_at_status(computer.roots), 40);
    CHECK_THAT(text, contains("left behind by domain macos"));
    CHECK_THAT(text_of(look_at_status(computer.roots), 300), contains("gpu-handoff recover macos"));
    check_width(text, 40);

    const Lock lock(computer.roots, "macos", Deadline(std::chrono::seconds(1)));
    const StatusReport busy = look_at_status(computer.roots);
    CHECK_FALSE(something_is_left(busy));
    CHECK_THAT(text_of(busy, 80), contains("on its way back from domain macos"));
    CHECK_THAT(text_of(busy, 80), contains("under way: macos (process "));
    CHECK(json_of(busy)["under_way"].is_string());
}

TEST_CASE("a journal of a newer version is told, and hides no other", "[report]") {
    const Computer computer;
    computer.file("run/gpu-handoff/" + uuid + ".journal", "gpu-handoff\t9\twin11\t1\t1\t25\n");
    const StatusReport report = look_at_status(computer.roots);
    REQUIRE(report.journals.standing.size() == 1);
    CHECK_THAT(text_of(report, 200), contains("written by a newer gpu-handoff"));
    CHECK(something_is_left(report));
}
