// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/plan_report.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/reported.hpp"

#include <nlohmann/json.hpp>

using namespace handoff;
using namespace reported;

namespace {

std::vector<std::string> texts(const Plan& plan) {
    std::vector<std::string> all;
    for (const Step& step : plan)
        all.push_back(text_of(step));
    return all;
}

} // namespace

TEST_CASE("plan names the steps that change something", "[report]") {
    const Computer computer;
    computer.configure("win11", "");
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    CHECK(report.refusal.empty());
    CHECK(texts(report.changes) == std::vector<std::string>{
                                       "attribute 0000:01:00.0/driver_override:  -> vfio-pci",
                                       "attribute 0000:01:00.1/driver_override:  -> vfio-pci",
                                       "driver 0000:01:00.1: snd_hda_intel -> vfio-pci",
                                       "driver 0000:01:00.0: bochs-drm -> vfio-pci",
                                   });
    CHECK_THAT(text_of(report, 80), contains("driver 0000:01:00.0: bochs-drm -> vfio-pci\n"));
    check_width(text_of(report, 40), 40);
    CHECK(json_of(report)["steps"][3]["to"] == "vfio-pci");
    CHECK(json_of(report)["refusal"].is_null());
}

TEST_CASE("plan names the screens that would show the guest", "[report]") {
    const Computer computer;
    computer.configure("win11", "monitor = { name = 'DELL U2720Q', guest = 'hdmi-1' }");
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    CHECK_THAT(text_of(report, 80), contains("monitor DELL U2720Q: -> hdmi-1\n"));
    CHECK(json_of(report)["monitors"][0]["input"] == 0x11);
}

TEST_CASE("plan has the module that a start would load first", "[report]") {
    const Computer computer;
    computer.configure("win11", "");
    std::filesystem::remove(computer.roots.pci_driver("vfio-pci"));
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    REQUIRE(report.changes.size() == 5);
    CHECK(text_of(report.changes.front()) == "module vfio-pci: unloaded -> loaded");
}

TEST_CASE("plan says what would refuse the start", "[report]") {
    const Computer computer;
    const std::string mark =
        "<metadata><x:d xmlns:x='" + std::string(mark_namespace) + "'/></metadata>";
    CHECK_THAT(plan_start(computer.roots, win11(false, mark)).refusal,
               contains("has no file") && contains("gpu-handoff setup win11 --remove"));
    CHECK_THAT(plan_start(computer.roots, win11(true, "")).refusal, contains("runs already"));

    const PlanReport left_alone = plan_start(computer.roots, win11(false, ""));
    CHECK_FALSE(left_alone.ours);
    CHECK(left_alone.refusal.empty());
    CHECK_THAT(text_of(left_alone, 200), contains("leaves its starts alone"));

    computer.configure("win11", "timeout = 3\n");
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    CHECK_THAT(report.refusal, contains("win11.toml:1: timeout: "));
    CHECK_THAT(text_of(report, 200), contains("The start would be refused: "));
    CHECK(json_of(report)["refusal"] == report.refusal);

    computer.configure("win11", "");
    std::filesystem::remove_all(computer.roots.sys / "class/iommu");
    CHECK_THAT(plan_start(computer.roots, win11(false, "")).refusal, contains("the IOMMU is off"));
}

TEST_CASE("plan knows what other domains have", "[report]") {
    const Computer computer;
    computer.configure("win11", "");
    add_journal(computer, "macos", other_uuid, true);
    CHECK_THAT(plan_start(computer.roots, win11(false, "")).refusal,
               contains("already handed over to domain macos"));
}

TEST_CASE("plan gives nothing back, and says what a start would give back first", "[report]") {
    const Computer computer;
    computer.configure("win11", "");
    add_journal(computer, "win11", uuid, true); // libvirt says that it does not run
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    CHECK(report.refusal.empty());
    CHECK(report.changes.empty());
    CHECK(report.unknown);
    CHECK_THAT(text_of(report, 200), contains("give back what a handoff to win11 left behind"));
    CHECK(read_journal(computer.roots.journals(), uuid)->steps.size() == 1);
}

TEST_CASE("plan goes on as a start does where only a unit was left behind", "[report]") {
    const Computer computer;
    computer.configure("win11", "");
    Record record;
    record.domain = "win11";
    record.uuid = uuid;
    record.daemon = {1 << 22, "1"};
    Journal::create(computer.roots.journals(), record)
        .append(Plan{{Kind::unit, "ollama.service", "active", "inactive"}});
    const PlanReport report = plan_start(computer.roots, win11(false, ""));
    CHECK(report.left.size() == 1);
    CHECK_FALSE(report.unknown);
    CHECK(report.changes.size() == 4);

    std::ofstream(journal_file(computer.roots.journals(), uuid), std::ios::app) << "no such line\n";
    CHECK(plan_start(computer.roots, win11(false, "")).unknown);
}
