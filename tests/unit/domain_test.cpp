// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/domain.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

#include <string>

using namespace handoff;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::string_view uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";

/// A domain with `inside` between its uuid and its end.
std::string domain_xml(std::string_view inside) {
    return std::string("<domain type='kvm' id='3'>\n  <name>win11</name>\n  <uuid>")
        .append(uuid)
        .append("</uuid>\n")
        .append(inside)
        .append("</domain>\n");
}

std::string with_devices(std::string_view devices) {
    return domain_xml(std::string("<devices>").append(devices).append("</devices>"));
}

std::string pci_hostdev(std::string_view source) {
    return std::string("<hostdev mode='subsystem' type='pci' managed='yes'><source>")
        .append(source)
        .append("</source><address type='pci' domain='0x0000' bus='0x06' slot='0x00' "
                "function='0x0'/></hostdev>");
}

std::string error_of(std::string_view xml) {
    try {
        parse_domain(xml);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

using Addresses = std::vector<std::string>;

Addresses hostdevs(std::string_view devices) {
    return parse_domain(with_devices(devices)).hostdevs;
}

bool is_marked(std::string_view metadata) {
    return parse_domain(
               domain_xml(std::string("<metadata>").append(metadata).append("</metadata>")))
        .marked;
}

} // namespace

TEST_CASE("a domain as libvirt writes it", "[domain]") {
    const Domain domain = parse_domain(R"(<domain type='kvm' id='1'>
  <name>win11</name>
  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://microsoft.com/win/11"/>
    </libosinfo:libosinfo>
    <handoff:domain xmlns:handoff="urn:gpu-handoff:domain:1"/>
  </metadata>
  <devices>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>
      </source>
      <alias name='hostdev0'/>
      <address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/>
    </hostdev>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
      </source>
    </hostdev>
  </devices>
</domain>
)");
    CHECK(domain == Domain{.name = "win11",
                           .uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809",
                           .hostdevs = {"0000:01:00.1", "0000:01:00.0"},
                           .marked = true});
}

TEST_CASE("a domain without devices and metadata", "[domain]") {
    CHECK(parse_domain(domain_xml("")) ==
          Domain{.name = "win11", .uuid = std::string(uuid), .hostdevs = {}, .marked = false});
}

TEST_CASE("numbers of an address are read as libvirt reads them", "[domain]") {
    CHECK(hostdevs(pci_hostdev("<address domain='0' bus='10' slot='31' function='7'/>")) ==
          Addresses{"0000:0a:1f.7"});
    CHECK(hostdevs(pci_hostdev("<address domain='0X10000' bus='0XE1' slot='010' function='0'/>")) ==
          Addresses{"10000:e1:08.0"});
    CHECK(hostdevs(pci_hostdev("<address type='pci' bus='1' slot='0' function='0'/>")) ==
          Addresses{"0000:01:00.0"});
}

TEST_CASE("a function that is there twice is handed over once", "[domain]") {
    const std::string device =
        pci_hostdev("<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>");
    CHECK(hostdevs(device + device) == Addresses{"0000:01:00.0"});
}

TEST_CASE("a PCI hostdev without a valid source address is an error", "[domain]") {
    const auto source = GENERATE(
        as<std::string>{}, "", "<address/>", "<address bus='0x01' slot='0x00'/>",
        "<address domain='' bus='0x01' slot='0x00' function='0x0'/>",
        "<address bus='0x100' slot='0x00' function='0x0'/>",
        "<address bus='0x01' slot='0x20' function='0x0'/>",
        "<address bus='0x01' slot='0x00' function='0x8'/>",
        "<address bus='0x' slot='0x00' function='0x0'/>",
        "<address bus='1a' slot='0x00' function='0x0'/>",
        "<address bus='08' slot='0x00' function='0x0'/>",
        "<address bus='-1' slot='0x00' function='0x0'/>",
        "<address bus=' 1' slot='0x00' function='0x0'/>",
        "<address bus='0x01 ' slot='0x00' function='0x0'/>",
        "<address domain='0x100000000' bus='0x01' slot='0x00' function='0x0'/>",
        "<address type='usb' bus='1' slot='0' function='0'/>", "<address type='unassigned'/>",
        "<x><address bus='0x01' slot='0x00' function='0x0'/></x>");
    CAPTURE(source);
    CHECK(error_of(with_devices(pci_hostdev(source))) ==
          "domain 'win11': a PCI hostdev has no valid source address; "
          "correct its <source><address .../></source>");
}

TEST_CASE("what is no PCI hostdev is left alone", "[domain]") {
    const auto device = GENERATE(
        as<std::string>{},
        "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source></hostdev>",
        "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='3'/></source>"
        "</hostdev>",
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
        "<address uuid='c7a5fdbd-edaf-9455-926a-d65c16db1809'/></source></hostdev>",
        "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/>"
        "<address bus='0' target='0' unit='0'/></source></hostdev>",
        "<hostdev/>", "<hostdev type='PCI'/>", "<interface type='network'/>",
        "<interface type='hostdev'><source><address type='usb' bus='1' device='2'/></source>"
        "</interface>",
        "<disk type='nvme'/>", "<controller type='pci'><address type='pci' bus='0'/></controller>",
        "<x><hostdev type='pci'/></x>", "<!-- <hostdev type='pci'/> -->",
        "<![CDATA[<hostdev type='pci'/>]]>", "<h:hostdev xmlns:h='urn:x' type='pci'/>");
    CAPTURE(device);
    CHECK(hostdevs(device).empty());
}

TEST_CASE("hostdevs count directly under the domain's devices only", "[domain]") {
    const std::string device = "<hostdev type='pci'/>";
    CHECK(error_of(domain_xml(device)) == "no error");
    CHECK(error_of(domain_xml("<metadata><devices>" + device + "</devices></metadata>")) ==
          "no error");
    CHECK(error_of(with_devices(device)) != "no error");
}

TEST_CASE("an interface of type hostdev is a hostdev", "[domain]") {
    CHECK(hostdevs("<interface type='hostdev' managed='yes'><source><address type='pci' "
                   "domain='0x0000' bus='0x03' slot='0x10' function='0x2'/></source>"
                   "<mac address='52:54:00:00:00:01'/></interface>") == Addresses{"0000:03:10.2"});
}

TEST_CASE("the mark is an element of our namespace in the metadata", "[domain]") {
    CHECK(is_marked("<a:b xmlns:a='urn:gpu-handoff:domain:1'/>"));
    CHECK(is_marked("<a xmlns='urn:gpu-handoff:domain:1'/>"));
    CHECK(is_marked("<x:y xmlns:x='urn:x'/><a xmlns='urn:gpu-handoff:domain:1'>1</a>"));
    CHECK(is_marked("<a xmlns='urn:gpu-handoff&#58;domain:1'/>"));
    CHECK(parse_domain("<domain xmlns:h='urn:gpu-handoff:domain:1'><name>a</name><uuid>" +
                       std::string(uuid) + "</uuid><metadata><h:x/></metadata></domain>")
              .marked);

    CHECK_FALSE(is_marked(""));
    CHECK_FALSE(is_marked("urn:gpu-handoff:domain:1"));
    CHECK_FALSE(is_marked("<!-- <a xmlns='urn:gpu-handoff:domain:1'/> -->"));
    CHECK_FALSE(is_marked("<a xmlns='urn:gpu-handoff:domain:2'/>"));
    CHECK_FALSE(is_marked("<a xmlns='urn:gpu-handoff:domain:1x'/>"));
    CHECK_FALSE(is_marked("<a xmlns:b='urn:gpu-handoff:domain:1'/>"));
    CHECK_FALSE(is_marked("<b:a xmlns='urn:gpu-handoff:domain:1' xmlns:b='urn:x'/>"));
    CHECK_FALSE(is_marked("<x><a xmlns='urn:gpu-handoff:domain:1'/></x>"));
    CHECK_FALSE(parse_domain("<domain xmlns='urn:gpu-handoff:domain:1'><name>a</name><uuid>" +
                             std::string(uuid) + "</uuid><metadata>b</metadata></domain>")
                    .marked);
    CHECK_FALSE(parse_domain(domain_xml("<a xmlns='urn:gpu-handoff:domain:1'/>")).marked);
    CHECK_FALSE(parse_domain(with_devices("<a xmlns='urn:gpu-handoff:domain:1'/>")).marked);
}

TEST_CASE("text that is no domain is an error", "[domain]") {
    const auto text =
        GENERATE(as<std::string>{}, "", " \n", "hello",
                 "\x7F"
                 "ELF",
                 "\xFF\xFE<\0d", "<", "<domain", "<domain>", "<domain></domainx>", "<domain/>",
                 "<domainx/>", "<network><name>a</name></network>", "<domain/><domain/>",
                 "<!DOCTYPE domain [<!ENTITY a 'b'>", "<?xml version='1.0'?>", "{\"domain\": 1}");
    CAPTURE(text);
    CHECK_THAT(error_of(text), StartsWith("domain XML: "));
    CHECK_THAT(error_of(text),
               EndsWith("; start the domain through libvirt, 'virsh dumpxml' shows it"));
    CHECK_THAT(error_of(domain_xml("") + "<domain/>"), StartsWith("domain XML: is not one"));
    CHECK_THAT(error_of(domain_xml(std::string(1, '\0'))), StartsWith("domain XML: has a zero"));
}

TEST_CASE("a domain that is cut off anywhere is an error", "[domain]") {
    const std::string xml =
        with_devices(pci_hostdev("<address bus='0x01' slot='0x00' function='0x0'/>"));
    const std::size_t end = xml.rfind('>');
    for (std::size_t size = 0; size < end; ++size) {
        CAPTURE(size);
        CHECK(error_of(std::string_view(xml).substr(0, size)) != "no error");
    }
}

TEST_CASE("a name is any text but none", "[domain]") {
    const auto named = [](std::string_view name) {
        return std::string("<domain><name>")
            .append(name)
            .append("</name><uuid>")
            .append(uuid)
            .append("</uuid></domain>");
    };
    CHECK(parse_domain(named(" a 'b' ")).name == " a 'b' ");
    CHECK(parse_domain(named("  ")).name == "  ");
    CHECK(parse_domain(named("--help")).name == "--help");
    CHECK(parse_domain(named("a&amp;&lt;&#xE9;")).name == "a&<\xC3\xA9");
    CHECK(parse_domain(named("a\nb")).name == "a\nb");
    CHECK(parse_domain(named(std::string(200, 'x'))).name.size() == 200);
    CHECK_THAT(error_of(named("")), StartsWith("domain XML: has no <name>"));
    CHECK_THAT(error_of(named("<x/>")), StartsWith("domain XML: has no <name>"));
}

TEST_CASE("a uuid is safe in a file name", "[domain]") {
    const auto with_uuid = [](std::string_view text) {
        return std::string("<domain><name>a</name><uuid>").append(text).append("</uuid></domain>");
    };
    CHECK(parse_domain(with_uuid("C7A5FDBD-EDAF-9455-926A-D65C16DB1809")).uuid == uuid);
    const auto text =
        GENERATE(as<std::string>{}, "", "c7a5fdbdedaf9455926ad65c16db1809",
                 "c7a5fdbd-edaf-9455-926a-d65c16db180", "c7a5fdbd-edaf-9455-926a-d65c16db18099",
                 " c7a5fdbd-edaf-9455-926a-d65c16db1809", "c7a5fdbd-edaf-9455-926a-d65c16db180g",
                 "c7a5fdbd-edaf-9455-926a-/../../../etc", "c7a5fdbd/edaf/9455/926a/d65c16db1809",
                 "../../../../../../../../etc/passwd/x", "c7a5fdbde-daf-9455-926a-d65c16db1809",
                 "c7a5fdbd-edaf-9455-926a-d65c16db18\n9", "------------------------------------");
    CAPTURE(text);
    CHECK_THAT(error_of(with_uuid(text)), StartsWith("domain 'a': its XML has no valid <uuid>; "));
    CHECK_THAT(error_of("<domain><name>a</name></domain>"), StartsWith("domain 'a': "));
}

TEST_CASE("huge and deep domains are read in passing", "[domain]") {
    const std::string device = pci_hostdev("<address bus='0x01' slot='0x00' function='0x0'/>");
    std::string deep;
    for (int i = 0; i < 500000; ++i)
        deep += "<a>";
    CHECK(error_of(deep) != "no error");
    for (int i = 0; i < 500000; ++i)
        deep += "</a>";
    CHECK_FALSE(is_marked(deep));
    CHECK(hostdevs(deep + device) == Addresses{"0000:01:00.0"});
    const std::string text(10U << 20U, 'x');
    CHECK(hostdevs("<description>" + text + "</description>" + device).size() == 1);
    CHECK_THAT(error_of(text), StartsWith("domain XML: "));
    std::string many;
    for (int i = 0; i < 100000; ++i)
        many += "<hostdev type='usb'/>";
    CHECK(hostdevs(many + device).size() == 1);
}

TEST_CASE("entities of a document type are not expanded", "[domain]") {
    const std::string laughs =
        "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>"
        "<!ENTITY f SYSTEM 'file:///etc/passwd'>]>\n";
    CHECK(parse_domain(laughs + domain_xml("<title>&b;&f;</title>")).name == "win11");
    CHECK(parse_domain(laughs + "<domain><name>&b;</name><uuid>" + std::string(uuid) +
                       "</uuid></domain>")
              .name == "&b;");
}
