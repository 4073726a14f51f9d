// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/evidence.hpp"

#include "hook/doctor_save.hpp"
#include "libhandoff/doctor.hpp"
#include "libhandoff/recording.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <algorithm>

using namespace handoff;

namespace {

/// A machine as files: what the doctor reads of it goes through every one of Evidence's ways.
void fill(const Tree& tree) {
    tree.file("proc/cpuinfo", "processor : 0\nvendor_id : GenuineIntel\nflags\t\t: nx vmx\n");
    tree.file("proc/cmdline", "root=/dev/ann vfio-pci.ids=10de:2684 quiet\n");
    tree.file("sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n");
    tree.file("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
    tree.file("sys/bus/pci/devices/0000:01:00.0/device", "0x2684\n");
    tree.file("sys/bus/pci/devices/0000:01:00.0/boot_vga", "1\n");
    tree.link("sys/bus/pci/devices/0000:01:00.0/driver", "../../drivers/nvidia");
    tree.link("sys/bus/pci/devices/0000:01:00.0/iommu_group", "../../iommu_groups/4");
    tree.folder("sys/class/iommu/dmar0");
    tree.file("etc/default/grub", "# ann's\nGRUB_CMDLINE_LINUX=\"vfio-pci.ids=10de:2684\"\n");
    tree.file("etc/modprobe.d/a.conf", "# secret\n\noptions vfio-pci ids=10de:2684\n");
    tree.file("boot/limine.conf", "");
    tree.file("usr/bin/limine-mkinitcpio", "");
}

Evidence::Wanted any() {
    return [](std::string_view) { return true; };
}

} // namespace

TEST_CASE("files are read by the path that they have on the machine", "[evidence]") {
    const Tree tree;
    fill(tree);
    const Evidence evidence(tree.roots, {{"libvirt", "ok"}});
    CHECK(evidence.text("/sys/bus/pci/devices/0000:01:00.0/vendor") == "0x10de");
    CHECK(evidence.text("/sys/nothing") == std::nullopt);
    CHECK(evidence.link("/sys/bus/pci/devices/0000:01:00.0/driver") == "../../drivers/nvidia");
    CHECK(evidence.link("/sys/class/iommu/dmar0") == std::nullopt);
    CHECK(evidence.list("/sys/class/iommu") == std::vector<std::string>{"dmar0"});
    CHECK(evidence.list("/sys/class/nothing").empty());
    CHECK(evidence.exists("/boot/limine.conf"));
    CHECK_FALSE(evidence.exists("/boot/grub"));
    CHECK(evidence.line_with("/etc/modprobe.d/a.conf", "options") ==
          Line{3, "options vfio-pci ids=10de:2684"});
    CHECK(evidence.words("/proc/cmdline", [](std::string_view word) { return word == "quiet"; }) ==
          std::vector<std::string>{"quiet"});
    CHECK(evidence.answer("libvirt") == "ok");
    CHECK(evidence.answer("systemd") == std::nullopt);
    const auto status = evidence.status("/etc/modprobe.d/a.conf");
    REQUIRE(status);
    CHECK((status->mode & 0170000U) == 0100000U);
    CHECK(status->changed > 0);
    CHECK(evidence.status("/etc/nothing") == std::nullopt);
}

TEST_CASE("only what is wanted of a file is noted", "[evidence]") {
    const Tree tree;
    fill(tree);
    const Evidence evidence(tree.roots, {});
    static_cast<void>(evidence.words(
        "/proc/cmdline", [](std::string_view word) { return word.starts_with("vfio"); }));
    static_cast<void>(evidence.line_with("/etc/modprobe.d/a.conf", "options"));
    const std::string text = recording_of(evidence);
    CHECK_THAT(text, contains("/proc/cmdline: vfio-pci.ids=10de:2684\n"));
    CHECK_THAT(text, contains("/etc/modprobe.d/a.conf:\n  3: options vfio-pci ids=10de:2684\n"));
    CHECK_THAT(text, !contains("ann"));
    CHECK_THAT(text, !contains("secret"));
}

TEST_CASE("what is no text is left out", "[evidence]") {
    const Tree tree;
    tree.file("sys/efi", std::string("\x06\0\0\0L\0i\0m\0", 10));
    CHECK(Evidence(tree.roots, {}).text("/sys/efi") == "Lim");
}

TEST_CASE("a recording answers as the machine did", "[evidence][doctor]") {
    const Tree tree;
    fill(tree);
    const Evidence machine(tree.roots, {{"libvirt", "ok"}, {"libvirtd.service", "active 1"}});
    const std::vector<Finding> findings = examine(machine, std::nullopt);
    const Evidence recorded = read_recording(recording_of(machine));
    CHECK(examine(recorded, std::nullopt) == findings);
    CHECK(recorded.facts().size() > 10);
}

TEST_CASE("what may not be read is said, also by a recording", "[evidence][doctor]") {
    const Evidence evidence = read_recording("/sys/class/iommu !\n");
    CHECK_THROWS_AS(evidence.list("/sys/class/iommu"), Denied);
    CHECK_THROWS_AS(evidence.exists("/sys/class/iommu"), Denied);
    const std::vector<Finding> findings = examine(evidence, std::nullopt);
    const auto found = std::ranges::find(findings, "IOMMU in the kernel", &Finding::check);
    REQUIRE(found != findings.end());
    CHECK(found->verdict == Verdict::unknown);
    CHECK(found->seen == "/sys/class/iommu may not be read");
}

TEST_CASE("a recording's lines are numbered in its errors", "[evidence]") {
    CHECK_THROWS_WITH(read_recording("# head\nhello\n"), contains("line 2: is neither"));
    CHECK_THROWS_WITH(read_recording("  3: x\n"), contains("line 1: is no line of a file"));
    CHECK_THROWS_WITH(read_recording("/a:\n  x: y\n"), contains("line 2: is no line of a file"));
    CHECK_THROWS_WITH(read_recording("=libvirt\n"), contains("line 1: is no answer"));
    CHECK_THROWS_WITH(read_recording("/a @ 0644 nobody 1\n"), contains("line 1: has no mode"));
    CHECK(read_recording("/a:\n  2: b\n  4: c\n").lines("/a", any()) ==
          std::vector<Line>{{2, "b"}, {4, "c"}});
    CHECK(read_recording("/a: b\n").text("/a") == "b");
    CHECK(read_recording("/a:\n").text("/a") == "");
    CHECK(read_recording("/a/b\n").exists("/a"));
}

TEST_CASE("a recording does not tell whose machine it is", "[evidence]") {
    const auto plain = [](const std::string& text) {
        return anonymous(text, {"ann", "tower", "root"});
    };
    CHECK(plain("/home/ann/x.rom") == "/home/user/x.rom");
    CHECK(plain("root=UUID=3C6e0b8a-9c15-4f4e-8d3a-1b2c3d4e5f60 quiet") ==
          "root=UUID=00000000-0000-0000-0000-000000000000 quiet");
    CHECK(plain("52:54:00:ab:cd:ef") == "00:00:00:00:00:00");
    CHECK(plain("ip=192.168.1.20::") == "ip=0.0.0.0::");
    CHECK(plain("fe80::5054:ff:feab:cdef") == "::");
    CHECK(plain("2001:db8:1:2:3:4:5:6") == "::");
    CHECK(plain("host Tower, of ann; annual") == "host name, of name; annual");
    CHECK(plain("/dev/input/by-id/usb-Maker_Keys_12345-event-kbd") ==
          "/dev/input/by-id/device-event-kbd");
    CHECK(plain("/dev/disk/by-id/ata-Disk_S1234 /") == "/dev/disk/by-id/name /");
    // These look alike, and are needed.
    for (const char* kept : {"0000:01:00.0", "10de:2684,10de:22ba", "580.105.08",
                             "/sys/bus/pci/devices/0000:01:00.0/class: 0x030000", "root"})
        CHECK(plain(kept) == kept);
}

TEST_CASE("what is saved says the same, and nothing is overwritten", "[evidence][doctor]") {
    const Tree tree;
    fill(tree);
    const std::filesystem::path directory = tree.roots.sys / "../saved";
    const Evidence evidence(tree.roots, {{"libvirt", "ok"}});
    const std::string xml =
        "<domain type='kvm'><name>win11</name>"
        "<uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
        "<memory unit='GiB'>8</memory><os><type machine='q35'>hvm</type></os>"
        "<sysinfo><system><entry name='serial'>SER1AL</entry></system></sysinfo>"
        "<devices><interface type='bridge'><mac address='52:54:00:ab:cd:ef'/>"
        "</interface></devices></domain>";
    const std::vector<Finding> findings = examine(evidence, xml);
    save_recording(directory, evidence, xml, {});
    CHECK(read_file(directory / "expected") == text_of(findings));
    CHECK(read_file(directory / "machine")
              .value()
              .starts_with("# Recorded by gpu-handoff doctor --save.\n"));
    const std::string domain = read_file(directory / "domain.xml").value();
    CHECK_THAT(domain, contains("win11"));
    CHECK_THAT(domain, !contains("SER1AL"));
    CHECK_THAT(domain, !contains("52:54"));
    CHECK_THAT(domain, !contains("c7a5"));
    CHECK_THROWS_WITH(save_recording(directory, evidence, xml, {}),
                      contains("is there already, and not empty; name a new directory"));
}
