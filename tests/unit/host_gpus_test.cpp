// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/host_gpus.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

void function(const Tree& tree, const std::string& address, const std::string& device_class) {
    tree.file("sys/bus/pci/devices/" + address + "/class", device_class + "\n");
}

void two_cards(const Tree& tree) {
    function(tree, "0000:00:02.0", "0x038000");
    function(tree, "0000:00:1f.0", "0x060100");
    function(tree, "0000:01:00.0", "0x030000");
    function(tree, "0000:01:00.1", "0x040300");
    function(tree, "0000:01:00.2", "0x060400");
    function(tree, "0000:02:00.0", "0x010802");
}

const HostGpu internal{"0000:00:02.0", {"0000:00:02.0"}};
const HostGpu card{"0000:01:00.0", {"0000:01:00.0", "0000:01:00.1"}};

} // namespace

TEST_CASE("a card is a slot with a display function, without bridges", "[host_gpus]") {
    const Tree tree;
    two_cards(tree);
    CHECK(host_gpus(tree.roots) == std::vector<HostGpu>{internal, card});
    CHECK(host_gpus(Tree().roots).empty());
}

TEST_CASE("the card that is meant", "[host_gpus]") {
    const std::vector<HostGpu> both{internal, card};
    CHECK(candidates(both, "", {}) == both);
    CHECK(candidates({card}, "", {}) == std::vector<HostGpu>{card});
    CHECK(candidates(both, "", {"0000:01:00.1"}) == std::vector<HostGpu>{card});
    CHECK(candidates(both, "", {"0000:02:00.0"}) == both);
    CHECK(candidates(both, "01:00.0", {"0000:00:02.0"}) == std::vector<HostGpu>{card});
    CHECK_THROWS_WITH(candidates(both, "01:00.1", {}),
                      contains("0000:01:00.1: is not a graphics card"));
    CHECK_THROWS_WITH(candidates(both, "nvidia", {}), contains("nvidia: is not a PCI address"));
    CHECK_THROWS_WITH(candidates({}, "", {}), contains("has no graphics card"));
}

TEST_CASE("others in the card's IOMMU group are named", "[host_gpus]") {
    const Tree tree;
    two_cards(tree);
    for (const char* member : {"0000:00:1f.0", "0000:01:00.0", "0000:01:00.1", "0000:02:00.0"})
        tree.folder("sys/bus/pci/devices/0000:01:00.0/iommu_group/devices/" + std::string(member));
    CHECK(group_companions(tree.roots, card) == std::vector<std::string>{"0000:02:00.0"});
    CHECK(group_companions(tree.roots, internal).empty());
}

TEST_CASE("without an IOMMU nothing can be handed over", "[host_gpus]") {
    const Tree tree;
    CHECK_THROWS_WITH(require_iommu(tree.roots, "0000:01:00.0"),
                      contains("0000:01:00.0: the IOMMU is off"));
    tree.folder("sys/class/iommu/dmar0");
    CHECK_NOTHROW(require_iommu(tree.roots, "0000:01:00.0"));
}

TEST_CASE("keyboards and mice are evdev nodes", "[host_gpus]") {
    const Tree tree; // in which /dev/null is a keyboard
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/dev/null"), contains("is no evdev node"));
    tree.file("sys/dev/char/1:3/uevent", "MAJOR=1\nMINOR=3\nDEVNAME=input/event3\n");
    CHECK_NOTHROW(require_evdev(tree.roots, "/dev/null"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/dev/zero"), contains("is no evdev node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/etc/passwd"), contains("is no evdev node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/nowhere"), contains("no such device node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "null"), contains("no such device node"));
}
