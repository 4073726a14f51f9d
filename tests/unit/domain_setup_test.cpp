// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/domain_setup.hpp"

#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/guest_xml.hpp"

using namespace handoff;
using namespace guest_xml;

namespace {

const SetupWish everything{
    card, {{"/dev/input/by-id/usb-A&B-event-kbd", true}, {"/dev/input/event7", false}}, true};

const std::string others_metadata =
    "  <metadata>\n"
    "    <libosinfo:libosinfo xmlns:libosinfo=\"http://libosinfo.org/it's\">\n"
    "      <libosinfo:os id=\"http://microsoft.com/win/11\"/>\n"
    "    </libosinfo:libosinfo>\n"
    "  </metadata>\n";

} // namespace

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
    const std::string xml = set_up_and_back(before, everything);
    CHECK(has(xml, "<vendor_id state='on' value='mine'/>"));
    CHECK(has(xml, "<hidden state='on'/>"));
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
            const std::string xml = set_up_and_back(before, wish);
            CHECK(set_up(xml, wish) == xml);
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
    std::string xml = set_up(with_gpu_in_slot_7("yes"), only_card);
    xml.insert(xml.find("    <hostdev"), "    <sound><address type='pci' bus='0x00' slot='0x07' "
                                         "function='0x5'/></sound>\n");
    CHECK(has(undo_set_up(xml), "slot='0x07' function='0x0' multifunction='on'/>"));
}

TEST_CASE("what is no domain is an error", "[setup]") {
    CHECK_THROWS_AS(set_up("<domain", only_card), Error);
    CHECK_THROWS_AS(set_up("<domain/>", only_card), Error);
    CHECK_THROWS_AS(undo_set_up(""), Error);
}
