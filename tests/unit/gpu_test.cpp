// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/gpu.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <algorithm>

using namespace handoff;

namespace {

/// Two cards; the second has a bridge in its slot, and others in its group.
struct Host : Tree {
    Host() {
        function("0000:00:02.0", "0x038000");
        function("0000:00:1f.0", "0x060100");
        function("0000:01:00.0", "0x030000");
        function("0000:01:00.1", "0x040300");
        function("0000:01:00.2", "0x060400");
        function("0000:01:00.3", "0x068000");
        function("0000:02:00.0", "0x010802");
        function("0000:03:00.0", "0x060700");
        for (const char* member :
             {"0000:00:1f.0", "0000:01:00.0", "0000:01:00.1", "0000:02:00.0", "0000:03:00.0"})
            folder("sys/kernel/iommu_groups/7/devices/" + std::string(member));
        link("sys/bus/pci/devices/0000:01:00.0/iommu_group", roots.sys / "kernel/iommu_groups/7");
        file("sys/bus/pci/devices/0000:01:00.0/boot_vga", "1\n");
    }
    void function(const std::string& address, const std::string& device_class) const {
        const std::string directory = "sys/bus/pci/devices/" + address + "/";
        file(directory + "class", device_class + "\n");
        file(directory + "vendor", "0x1234\n");
        file(directory + "device", "0x1111\n");
    }
};

std::vector<std::string> addresses(const std::vector<NamedFunction>& functions) {
    std::vector<std::string> found;
    std::ranges::transform(functions, std::back_inserter(found), &NamedFunction::address);
    return found;
}

} // namespace

TEST_CASE("a card is a slot with a display function, without PCI bridges", "[gpu]") {
    const Host host;
    const std::vector<Gpu> gpus = find_gpus(host.roots);
    REQUIRE(gpus.size() == 2);
    CHECK(gpus[0].address == "0000:00:02.0");
    CHECK_FALSE(gpus[0].boot_vga);
    CHECK(gpus[1].boot_vga);
    CHECK(gpus[1].video().id == "1234:1111");
    CHECK(addresses(gpus[1].functions) ==
          std::vector<std::string>{"0000:01:00.0", "0000:01:00.1", "0000:01:00.3"});
    CHECK(find_gpus(Tree().roots).empty());
}

TEST_CASE("a virtual function is a card of its own", "[gpu]") {
    const Host host;
    host.function("0000:01:00.4", "0x030000");
    host.link("sys/bus/pci/devices/0000:01:00.4/physfn",
              host.roots.sys / "bus/pci/devices/0000:01:00.0");
    const std::vector<Gpu> gpus = find_gpus(host.roots);
    REQUIRE(gpus.size() == 3);
    CHECK(gpus[1].functions.size() == 3);
    CHECK(addresses(gpus[2].functions) == std::vector<std::string>{"0000:01:00.4"});
}

TEST_CASE("others in a card's IOMMU group are its endpoints", "[gpu]") {
    const Host host;
    const std::vector<Gpu> gpus = find_gpus(host.roots);
    CHECK(gpus.at(1).group == "7");
    CHECK(addresses(gpus.at(1).group_others) ==
          std::vector<std::string>{"0000:00:1f.0", "0000:02:00.0"});
    CHECK(gpus.at(0).group_others.empty());
}
