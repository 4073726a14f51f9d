// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/domain_setup.hpp"

#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

using namespace handoff;

namespace {

const std::vector<std::string> card{"0000:01:00.0", "0000:01:00.1"};
const SetupWish only_card{card, {}, false};
const SetupWish everything{
    card, {{"/dev/input/by-id/usb-A&B-event-kbd", true}, {"/dev/input/event7", false}}, true};

/// A domain as libvirt writes it.
std::string domain(const std::string& devices, const std::string& before = "") {
    return "<domain type='kvm'>\n"
           "  <name>win &amp; &quot;11&quot;</name>\n"
           "  <uuid>11111111-2222-3333-4444-555555555555</uuid>\n" +
           before +
           "  <os>\n"
           "    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\n"
           "  </os>\n"
           "  <devices>\n"
           "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n" +
           devices +
           "  </devices>\n"
           "</domain>";
}

std::string controller(int index, const std::string& model, int slot) {
    return "    <controller type='pci' index='" + std::to_string(index) + "' model='" + model +
           "'>\n      <address type='pci' domain='0x0000' bus='0x00' slot='0x0" +
           std::to_string(slot) + "' function='0x0'/>\n    </controller>\n";
}

const std::string q35_root = "    <controller type='pci' index='0' model='pcie-root'/>\n";
const std::string i440fx_root = "    <controller type='pci' index='0' model='pci-root'/>\n";
const std::string memballoon =
    "    <memballoon model='virtio'>\n"
    "      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
    "    </memballoon>\n";

std::string hostdev(const std::string& function, const std::string& guest,
                    const std::string& managed) {
    return "    <hostdev mode='subsystem' type='pci' managed='" + managed +
           "'>\n      <source>\n        <address domain='0x0000' bus='0x01' slot='0x00' "
           "function='" +
           function + "'/>\n      </source>\n      <address type='pci' domain='0x0000' " + guest +
           "/>\n      <rom bar='off'/>\n    </hostdev>\n";
}

const std::string q35 = domain(q35_root + controller(1, "pcie-root-port", 2) + memballoon);
const std::string others_metadata =
    "  <metadata>\n"
    "    <libosinfo:libosinfo xmlns:libosinfo=\"http://libosinfo.org/it's\">\n"
    "      <libosinfo:os id=\"http://microsoft.com/win/11\"/>\n"
    "    </libosinfo:libosinfo>\n"
    "  </metadata>\n";

bool has(const std::string& xml, const std::string& part) {
    return xml.find(part) != std::string::npos;
}

std::size_t count(const std::string& xml, const std::string& part) {
    std::size_t number = 0;
    for (std::size_t at = xml.find(part); at != std::string::npos; at = xml.find(part, at + 1))
        ++number;
    return number;
}

} // namespace

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
    const std::string before =
        domain(i440fx_root + hostdev("0x0", "bus='0x00' slot='0x07' function='0x0'", "no"));
    const std::string xml = set_up(before, only_card);
    CHECK(count(xml, "<hostdev") == 2);
    CHECK(count(xml, "managed='yes'") == 2);
    CHECK(has(xml, "bus='0x00' slot='0x07' function='0x0' multifunction='on'/>\n"
                   "      <rom bar='off'/>"));
    CHECK(has(xml, "bus='0x00' slot='0x07' function='0x1'/>\n"));
    CHECK(undo_set_up(xml) == as_written(before));
}

TEST_CASE("functions of the same card in slots of their own are left there", "[setup]") {
    const std::string before =
        domain(i440fx_root + hostdev("0x0", "bus='0x00' slot='0x07' function='0x0'", "yes") +
               hostdev("0x1", "bus='0x00' slot='0x08' function='0x0'", "yes"));
    const std::string xml = set_up(before, only_card);
    CHECK(count(xml, "<hostdev") == 2);
    CHECK_FALSE(has(xml, "multifunction"));
    CHECK(undo_set_up(xml) == as_written(before));
}

TEST_CASE("setup takes a slot of its own when the place beside the card is not free", "[setup]") {
    const std::string before =
        domain(i440fx_root + hostdev("0x0", "bus='0x00' slot='0x07' function='0x0'", "yes") +
               "    <sound model='ich6'>\n"
               "      <address type='pci' domain='0x0000' bus='0x00' slot='0x07' "
               "function='0x1'/>\n"
               "    </sound>\n");
    const std::string xml = set_up(before, only_card);
    CHECK(has(xml, "bus='0x00' slot='0x03' function='0x0'/>\n"));
    CHECK(undo_set_up(xml) == as_written(before));
}

TEST_CASE("keyboard, mouse and a hidden hypervisor", "[setup]") {
    const std::string xml = set_up(q35, everything);
    CHECK(has(xml, "    <input type='evdev'>\n"
                   "      <source dev='/dev/input/by-id/usb-A&amp;B-event-kbd' grab='all' "
                   "grabToggle='ctrl-ctrl' repeat='on'/>\n"
                   "    </input>\n"
                   "    <input type='evdev'>\n"
                   "      <source dev='/dev/input/event7'/>\n"
                   "    </input>\n"));
    CHECK(has(xml, "  <features>\n"
                   "    <kvm>\n"
                   "      <hidden state='on'/>\n"
                   "    </kvm>\n"
                   "    <hyperv>\n"
                   "      <vendor_id state='on' value='gpu-handoff'/>\n"
                   "    </hyperv>\n"
                   "  </features>"));
}

TEST_CASE("a vendor id that a person chose stays, and what was off is off again", "[setup]") {
    const std::string before = domain(i440fx_root, "  <features>\n"
                                                   "    <acpi/>\n"
                                                   "    <hyperv mode='custom'>\n"
                                                   "      <vendor_id state='on' value='mine'/>\n"
                                                   "    </hyperv>\n"
                                                   "    <kvm>\n"
                                                   "      <hidden state='off'/>\n"
                                                   "    </kvm>\n"
                                                   "  </features>\n");
    const std::string xml = set_up(before, everything);
    CHECK(has(xml, "<vendor_id state='on' value='mine'/>"));
    CHECK(has(xml, "<hidden state='on'/>"));
    CHECK(undo_set_up(xml) == as_written(before));
    CHECK_THROWS_WITH(
        set_up(domain(i440fx_root, "  <features><hyperv mode='passthrough'/></features>\n"),
               everything),
        contains("leaves no choice"));
}

TEST_CASE("setup and then its undoing give the XML as it was", "[setup]") {
    const std::vector<std::string> domains{
        q35,
        domain(i440fx_root),
        domain(i440fx_root, others_metadata),
        domain(q35_root + controller(1, "pcie-root-port", 2) + memballoon, others_metadata),
        domain(i440fx_root, "  <features>\n    <acpi/>\n  </features>\n"),
        domain(i440fx_root, "  <description>a &lt;b&gt;\n\n   c &#9;'d'</description>\n"
                            "  <!-- a comment -->\n"),
    };
    for (const std::string& before : domains)
        for (const SetupWish& wish : {only_card, everything}) {
            const std::string xml = set_up(before, wish);
            CHECK(set_up(xml, wish) == xml);
            CHECK(undo_set_up(xml) == as_written(before));
            CHECK(parse_domain(xml).name == "win & \"11\"");
        }
}

TEST_CASE("what is not touched stays letter by letter", "[setup]") {
    const std::string written = as_written(domain(i440fx_root, others_metadata));
    CHECK(has(written, "<libosinfo:os id='http://microsoft.com/win/11'/>"));
    CHECK(has(written, "xmlns:libosinfo='http://libosinfo.org/it&apos;s'"));
    CHECK(has(written, "\n  <uuid>11111111-2222-3333-4444-555555555555</uuid>\n"));
}

TEST_CASE("a second setup adds what the first did not", "[setup]") {
    const std::string once = set_up(q35, only_card);
    const std::string twice = set_up(once, everything);
    CHECK(count(twice, "urn:gpu-handoff:domain:1") == 1);
    CHECK(count(twice, "<hostdev") == 2);
    CHECK(undo_set_up(twice) == as_written(q35));
}

TEST_CASE("what a person adds or removes after a setup is theirs", "[setup]") {
    std::string xml = set_up(q35, only_card);
    const std::string beside =
        "    <disk type='file'>\n      <address type='pci' domain='0x0000' bus='0x02' "
        "slot='0x00' function='0x2'/>\n    </disk>\n";
    xml.insert(xml.find("    <memballoon"), beside);
    const std::string undone = undo_set_up(xml);
    CHECK(has(undone, beside));
    CHECK(has(undone, "<controller type='pci' index='2'"));
    CHECK_FALSE(has(undone, "<hostdev"));
    const std::string without = undo_set_up(set_up(q35, only_card));
    CHECK_THROWS_WITH(undo_set_up(without), contains("was not set up by gpu-handoff setup"));
    CHECK_THROWS_WITH(undo_set_up(q35),
                      "domain 'win & \"11\"': was not set up by gpu-handoff setup; "
                      "there is nothing to take back");
}

TEST_CASE("a function that joined the card by hand keeps the slot multifunction", "[setup]") {
    std::string xml =
        set_up(domain(i440fx_root + hostdev("0x0", "bus='0x00' slot='0x07' function='0x0'", "yes")),
               only_card);
    xml.insert(xml.find("    <hostdev"), "    <sound><address type='pci' bus='0x00' slot='0x07' "
                                         "function='0x5'/></sound>\n");
    CHECK(has(undo_set_up(xml), "slot='0x07' function='0x0' multifunction='on'/>"));
}

TEST_CASE("what is no domain is an error", "[setup]") {
    CHECK_THROWS_AS(set_up("<domain", only_card), Error);
    CHECK_THROWS_AS(set_up("<domain/>", only_card), Error);
    CHECK_THROWS_AS(undo_set_up(""), Error);
}
