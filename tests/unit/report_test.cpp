// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/layout.hpp"
#include "hook/list_report.hpp"
#include "hook/plan_report.hpp"
#include "hook/status_report.hpp"
#include "libhandoff/journal.hpp"
#include "libhandoff/lock.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

using namespace handoff;

namespace {

const std::string gpu = "0000:01:00.0";
const std::string audio = "0000:01:00.1";
const std::string nic = "0000:02:00.0";
const std::string uuid = "11111111-2222-3333-4444-555555555555";
const std::string other_uuid = "99999999-2222-3333-4444-555555555555";

/// A function in group 7.
void add_function(const Tree& tree, const std::string& address, const std::string& code,
                  const std::string& driver) {
    const std::string directory = "sys/bus/pci/devices/" + address;
    tree.file(directory + "/class", code + "\n");
    tree.file(directory + "/vendor", "0x1234\n");
    tree.file(directory + "/device", "0xabcd\n");
    tree.file(directory + "/driver_override", "(null)\n");
    tree.link(directory + "/driver", "../../drivers/" + driver);
    tree.link(directory + "/iommu_group", "../../../../kernel/iommu_groups/7");
    tree.folder("sys/kernel/iommu_groups/7/devices/" + address);
    tree.link("sys/bus/pci/drivers/" + driver + "/" + address, "../../devices/" + address);
}

/// A GPU with audio, whose driver is built in, and vfio-pci is loaded.
struct Computer : Tree {
    Computer() {
        add_function(*this, gpu, "0x030000", "bochs-drm");
        add_function(*this, audio, "0x040300", "snd_hda_intel");
        file("sys/bus/pci/devices/" + gpu + "/boot_vga", "1\n");
        folder("sys/class/iommu/dmar0");
        folder("sys/bus/pci/drivers/vfio-pci");
        folder("dev/vfio/vfio");
        folder("proc");
        folder("run");
        link("sys/class/drm/card0/device", "../../../bus/pci/devices/" + gpu);
        file("sys/class/drm/card0-VGA-1/status", "connected\n");
        file("sys/class/drm/card0-VGA-1/enabled", "enabled\n");
    }
    void configure(const std::string& domain, const std::string& text) const {
        file("etc/domains/" + domain + ".toml", text);
    }
};

LibvirtDomain win11(bool active, const std::string& metadata) {
    std::string xml =
        "<domain><name>win11</name><uuid>" + uuid + "</uuid>" + metadata + "<devices>";
    for (const char function : {'0', '1'})
        xml += std::string("<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' "
                           "bus='0x01' slot='0x00' function='0x") +
               function + "'/></source></hostdev>";
    return {"win11", uuid, active, true, xml + "</devices></domain>"};
}

/// A journal that has the GPU; its daemon is this process, or has ended.
void add_journal(const Tree& tree, const std::string& domain, const std::string& id, bool live) {
    Record record;
    record.domain = domain;
    record.uuid = id;
    record.daemon = live ? process(::getpid()).value() : ProcessId{1 << 22, "1"};
    std::filesystem::create_symlink("/proc/" + std::to_string(::getpid()),
                                    tree.roots.proc / std::to_string(::getpid()));
    Journal journal = Journal::create(tree.roots.journals(), record);
    journal.append({Kind::driver, gpu, "bochs-drm", "vfio-pci"});
}

void check_width(const std::string& text, std::size_t columns) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        INFO(line);
        CHECK(width(line) <= columns);
    }
}

std::vector<std::string> texts(const Plan& plan) {
    std::vector<std::string> all;
    for (const Step& step : plan)
        all.push_back(text_of(step));
    return all;
}

} // namespace

TEST_CASE("lines are broken between words, and in words that are longer than a line", "[layout]") {
    CHECK(wrapped("one two three", 80, 4, 0) == "one two three\n");
    CHECK(wrapped("one two three", 8, 2, 0) == "one two\n  three\n");
    CHECK(wrapped("one two three", 8, 2, 4) == "one\n  two\n  three\n");
    CHECK(wrapped("0000:01:00.0", 8, 2, 0) == "0000:01:\n  00.0\n");
    CHECK(wrapped("äöü äöü", 4, 0, 0) == "äöü\näöü\n");
    CHECK(wrapped("a\033[1m\nb", 80, 0, 0) == "a [1m b\n");
    CHECK(wrapped("", 80, 0, 0) == "\n");
}

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

TEST_CASE("a computer without a GPU", "[report]") {
    Tree tree;
    CHECK_THAT(text_of(list_gpus(tree.roots, {}), 80), contains("no graphics card"));
    CHECK_THAT(text_of(look_at_status(tree.roots), 80), contains("no graphics card"));
}

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
    CHECK_THAT(plan_start(computer.roots, win11(false, mark)).refusal, contains("has no file"));
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
