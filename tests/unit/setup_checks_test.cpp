// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/setup_checks.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

Gpu gpu(const std::vector<std::string>& functions) {
    Gpu made;
    made.address = functions.front();
    for (const std::string& address : functions)
        made.functions.emplace_back().address = address;
    return made;
}

const Gpu internal = gpu({"0000:00:02.0"});
const Gpu card = gpu({"0000:01:00.0", "0000:01:00.1"});

} // namespace

TEST_CASE("the card that is meant", "[setup_checks]") {
    const std::vector<Gpu> both{internal, card};
    CHECK(candidates(both, "", {}) == both);
    CHECK(candidates({card}, "", {}) == std::vector<Gpu>{card});
    CHECK(candidates(both, "", {"0000:01:00.1"}) == std::vector<Gpu>{card});
    CHECK(candidates(both, "", {"0000:02:00.0"}) == both);
    CHECK(candidates(both, "01:00.0", {"0000:00:02.0"}) == std::vector<Gpu>{card});
    CHECK_THROWS_WITH(candidates(both, "01:00.1", {}),
                      contains("0000:01:00.1: is not a graphics card"));
    CHECK_THROWS_WITH(candidates(both, "nvidia", {}), contains("nvidia: is not a PCI address"));
    CHECK_THROWS_WITH(candidates({}, "", {}), contains("has no graphics card"));
}

TEST_CASE("without an IOMMU nothing can be handed over", "[setup_checks]") {
    const Tree tree;
    CHECK_THROWS_WITH(require_iommu(tree.roots, "0000:01:00.0"),
                      contains("0000:01:00.0: the IOMMU is off"));
    tree.folder("sys/class/iommu/dmar0");
    CHECK_NOTHROW(require_iommu(tree.roots, "0000:01:00.0"));
}

TEST_CASE("keyboards and mice are evdev nodes", "[setup_checks]") {
    const Tree tree; // in which /dev/null is a keyboard
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/dev/null"), contains("is no evdev node"));
    tree.file("sys/dev/char/1:3/uevent", "MAJOR=1\nMINOR=3\nDEVNAME=input/event3\n");
    CHECK_NOTHROW(require_evdev(tree.roots, "/dev/null"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/dev/zero"), contains("is no evdev node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/etc/passwd"), contains("is no evdev node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "/nowhere"), contains("no such device node"));
    CHECK_THROWS_WITH(require_evdev(tree.roots, "null"), contains("no such device node"));
}
