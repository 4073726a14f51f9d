// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/reported.hpp"

#include <nlohmann/json.hpp>

using namespace handoff;
using namespace reported;

TEST_CASE("list says all of a GPU, and that it can be handed over", "[report]") {
    const Computer computer;
    const ListReport report = list_gpus(computer.roots, {win11(false, "")});
    REQUIRE(report.gpus.size() == 1);
    const ListedGpu& listed = report.gpus.front();
    CHECK(listed.gpu.address == gpu);
    CHECK(listed.gpu.video().id == "1234:abcd");
    CHECK(listed.gpu.functions.size() == 2);
    CHECK(listed.gpu.boot_vga);
    CHECK(listed.gpu.connectors == std::vector<Connector>{{"VGA-1", "connected", true}});
    CHECK(listed.outlook.refusal.empty());
    const std::string text = text_of(report, 200);
    CHECK_THAT(text, contains(gpu + " "));
    CHECK_THAT(text, contains("VGA-1 connected, shows a picture"));
    CHECK_THAT(text, contains("7, nothing else in it"));
    CHECK_THAT(text, contains("live: nobody uses it"));
    CHECK_THAT(text, contains("win11, which is shut off; it has no file"));
    check_width(text_of(report, 40), 40);
    const auto json = json_of(report)["gpus"][0];
    CHECK(json["verdict"] == "live");
    CHECK(json["functions"][1]["driver"] == "snd_hda_intel");
    CHECK(json["set_up_for"][0]["has_file"] == false);
    CHECK(json["handed_over"].is_null());
}

TEST_CASE("list's verdict is that of a start", "[report]") {
    const Computer computer;
    add_function(computer, nic, "0x020000", "igc");
    const ListReport report = list_gpus(computer.roots, {});
    CHECK(way_of(report.gpus.front().outlook) == Way::none);
    CHECK_THAT(text_of(report, 300),
               contains("shares IOMMU group 7 with the GPU, and igc uses it"));
    CHECK(json_of(report)["gpus"][0]["group_others"][0]["address"] == nic);
}

TEST_CASE("list knows the domain that has a GPU, and those that are set up for it", "[report]") {
    const Computer computer;
    add_journal(computer, "macos", other_uuid, true);
    computer.configure("win11", "");
    computer.configure("linux", "devices = [\"" + gpu + "\"]\n");
    computer.configure("unrelated", "devices = [\"" + nic + "\"]\n");
    const ListReport report = list_gpus(computer.roots, {win11(true, "")});
    const ListedGpu& listed = report.gpus.front();
    REQUIRE(listed.with);
    CHECK(listed.with->domain == "macos");
    CHECK_FALSE(listed.with->left_over);
    CHECK_THAT(listed.outlook.refusal, contains("already handed over to domain macos"));
    REQUIRE(listed.set_up.size() == 2);
    CHECK(listed.set_up[0].has_file);
    CHECK(listed.set_up[0].running == true);
    CHECK(listed.set_up[1].domain == "linux");
    CHECK(listed.set_up[1].running == std::nullopt);
}

TEST_CASE("list --json says whose session a holder is in, and where that sits", "[report]") {
    const Computer computer;
    ListReport report = list_gpus(computer.roots, {});
    ListedGpu& listed = report.gpus.front();
    listed.outlook.machine.desktop.sessions = {{.id = "2", .seat = "seat0"}};
    listed.holders = {{.pid = 10, .cgroup = "/user.slice/user-1000.slice/session-2.scope"},
                      {.pid = 11, .cgroup = "/system.slice/ollama.service"}};
    const auto holders = json_of(report)["gpus"][0]["holders"];
    CHECK(holders[0]["session"] == "2");
    CHECK(holders[0]["seat"] == "seat0");
    CHECK(holders[1]["unit"] == "ollama.service");
    CHECK(holders[1]["session"].is_null());
    CHECK(holders[1]["seat"].is_null());
}
