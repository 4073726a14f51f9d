// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/domain.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/guest_xml.hpp"

using namespace handoff;
using namespace guest_xml;

TEST_CASE("setup adds the card as one device behind a root port of its own", "[setup]") {
    const std::string xml = set_up(q35, only_card);
    CHECK(parse_domain(xml).hostdevs == card);
    CHECK(parse_domain(xml).marked);
    CHECK(has(xml, "    <controller type='pci' index='2' model='pcie-root-port'>\n"
                   "      <address type='pci' domain='0x0000' bus='0x00' slot='0x03' "
                   "function='0x0'/>\n"
                   "    </controller>\n"));
    CHECK(has(xml, "    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
                   "      <source>\n"
                   "        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
                   "      </source>\n"
                   "      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' "
                   "function='0x0' multifunction='on'/>\n"
                   "    </hostdev>\n"));
    CHECK(has(xml, "bus='0x02' slot='0x00' function='0x1'/>\n"));
    CHECK(count(xml, "multifunction") == 1);
}

TEST_CASE("a root port that nobody uses is taken", "[setup]") {
    const std::string xml = set_up(domain(q35_root + controller(1, "pcie-root-port", 2) +
                                          controller(2, "pcie-root-port", 3) + memballoon),
                                   only_card);
    CHECK(count(xml, "<controller") == 3);
    CHECK(has(xml, "bus='0x02' slot='0x00' function='0x1'/>\n"));
}

TEST_CASE("i440fx has one bus, of which a slot is taken", "[setup]") {
    const std::string xml = set_up(domain(i440fx_root + controller(1, "pci-bridge", 3)), only_card);
    CHECK(count(xml, "<controller") == 2);
    CHECK(has(xml, "bus='0x00' slot='0x04' function='0x0' multifunction='on'/>\n"));
    CHECK(has(xml, "bus='0x00' slot='0x04' function='0x1'/>\n"));
}

TEST_CASE("a card with one function is no multifunction device", "[setup]") {
    CHECK_FALSE(has(set_up(q35, {{"0000:01:00.0"}, {}, false}), "multifunction"));
}

TEST_CASE("a slot without function 0 on the host has one in the guest", "[setup]") {
    const std::string xml = set_up(q35, {{"0000:01:00.2", "0000:01:00.3"}, {}, false});
    CHECK(parse_domain(xml).hostdevs == std::vector<std::string>{"0000:01:00.2", "0000:01:00.3"});
    CHECK(has(xml, "bus='0x02' slot='0x00' function='0x0' multifunction='on'/>\n"));
    CHECK(has(xml, "bus='0x02' slot='0x00' function='0x3'/>\n"));
}

TEST_CASE("many controllers: the last slot, the last bus, and none", "[setup]") {
    std::string devices = q35_root;
    for (int index = 1; index <= 27; ++index)
        devices += "    <controller type='pci' index='" + std::to_string(index) +
                   "' model='pcie-root-port'>\n      <address type='pci' bus='0x00' slot='" +
                   std::to_string(index + 2) + "' function='0x0'/>\n    </controller>\n" +
                   "    <disk><address type='pci' bus='" + std::to_string(index) +
                   "' slot='0' function='0'/></disk>\n";
    CHECK(has(set_up(domain(devices), only_card), "slot='0x1e' function='0x0'/>"));
    devices += "    <disk><address type='pci' bus='0x00' slot='0x1e' function='0x0'/></disk>\n";
    CHECK_THROWS_WITH(set_up(domain(devices), only_card), contains("no PCI slot of the guest"));
    CHECK_THROWS_WITH(
        set_up(domain(q35_root + controller(255, "pcie-to-pci-bridge", 3)), only_card),
        contains("no PCI bus left"));
    CHECK_THROWS_WITH(set_up(domain(""), only_card), contains("has no PCI bus"));
}

TEST_CASE("a function that is there stays where it is, and the others join it", "[setup]") {
    const std::string xml = set_up_and_back(with_gpu_in_slot_7("no"), only_card);
    CHECK(count(xml, "<hostdev") == 2);
    CHECK(count(xml, "managed='yes'") == 2);
    CHECK(has(xml, "bus='0x00' slot='0x07' function='0x0' multifunction='on'/>\n"
                   "      <rom bar='off'/>"));
    CHECK(has(xml, "bus='0x00' slot='0x07' function='0x1'/>\n"));
}

TEST_CASE("functions of the same card in slots of their own are left there", "[setup]") {
    const std::string other = hostdev("0x1", "bus='0x00' slot='0x08' function='0x0'", "yes");
    const std::string xml = set_up_and_back(with_gpu_in_slot_7("yes", other), only_card);
    CHECK(count(xml, "<hostdev") == 2);
    CHECK_FALSE(has(xml, "multifunction"));
}

TEST_CASE("setup takes a slot of its own when the place beside the card is not free", "[setup]") {
    const std::string sound = "    <sound model='ich6'>\n"
                              "      <address type='pci' domain='0x0000' bus='0x00' slot='0x07' "
                              "function='0x1'/>\n"
                              "    </sound>\n";
    const std::string xml = set_up_and_back(with_gpu_in_slot_7("yes", sound), only_card);
    CHECK(has(xml, "bus='0x00' slot='0x03' function='0x0'/>\n"));
}
