// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/outlook.hpp"

#include "tests/unit/catch.hpp"

using namespace handoff;

namespace {

const std::string gpu = "0000:01:00.0";
const Step unbind{Kind::driver, gpu, "amdgpu", "vfio-pci"};

Outlook outlook_with(const Plan& plan) {
    Outlook outlook;
    outlook.machine.desktop.display_manager = "lightdm.service";
    outlook.machine.desktop.sessions = {{.id = "2", .uid = 1000, .user = "ann"}};
    outlook.plan = plan;
    outlook.plan.push_back(unbind);
    return outlook;
}

} // namespace

TEST_CASE("a GPU goes live unless the plan ends a session", "[outlook]") {
    CHECK(way_of(outlook_with({})) == Way::live);
    CHECK(way_of(outlook_with({{Kind::card, gpu, "present", "withdrawn"}})) == Way::live);
    CHECK(way_of(outlook_with({{Kind::unit, "ollama.service", "active", "inactive"}})) ==
          Way::live);
    CHECK(way_of(outlook_with({{Kind::unit, "lightdm.service", "active", "inactive"}})) ==
          Way::ending_the_session);
    CHECK(way_of(outlook_with({{Kind::session, "2", "active", "ended"}})) ==
          Way::ending_the_session);
    Outlook refused = outlook_with({});
    refused.refusal = "why";
    CHECK(way_of(refused) == Way::none);
}

TEST_CASE("what becomes of those who use a GPU", "[outlook]") {
    CHECK(consequences(outlook_with({})).empty());
    CHECK(consequences(outlook_with({
              {Kind::attribute, gpu + "/driver_override", "", "vfio-pci"},
              {Kind::card, gpu, "present", "withdrawn"},
              {Kind::unit, "user@1000:powerdevil.service", "active", "inactive"},
              {Kind::process, "31 1234 Web Content", "running", "ended"},
              {Kind::session, "2", "active", "ended"},
              {Kind::session, "user@1000:kwin.service", "active", "ended"},
          })) == std::vector<std::string>{
                     "withdraws 0000:01:00.0 from the running session",
                     "stops user@1000:powerdevil.service",
                     "ends Web Content (pid 31)",
                     "ends session 2 of ann",
                     "ends user@1000:kwin.service",
                 });
}

TEST_CASE("the changes of a plan are the steps that the log shows", "[outlook]") {
    const Outlook outlook =
        outlook_with({{Kind::attribute, gpu + "/power/control", "auto", "auto"}});
    CHECK(outlook.changes() == Plan{unbind});
}

TEST_CASE("of the journals those of dead and of our own handoffs are left behind", "[outlook]") {
    const auto standing = [](const std::string& uuid, bool live) {
        Standing one;
        one.record.domain = "domain " + uuid;
        one.record.uuid = uuid;
        one.record.steps = {unbind};
        one.live = live;
        return one;
    };
    Standing unreadable = standing("4", false);
    unreadable.trouble = "written by a newer gpu-handoff";
    const Others others = others_of(
        {standing("1", true), standing("2", true), standing("3", false), unreadable}, "1");
    REQUIRE(others.handed.size() == 1);
    CHECK(others.handed[0].domain == "domain 2");
    CHECK(others.handed[0].drivers.at(gpu) == "amdgpu");
    REQUIRE(others.left.size() == 2);
    CHECK(others.left[0].uuid == "1");
    CHECK(others.left[1].uuid == "3");
}
