// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/guest.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/doctor.hpp"
#include "libhandoff/domain.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <pugixml.hpp>
#include <sstream>

namespace handoff {
namespace doctor {
namespace {

pugi::xml_document parse(std::string_view xml) {
    parse_domain(xml); // for its errors
    pugi::xml_document document;
    document.load_buffer(xml.data(), xml.size());
    return document;
}

/// A size of libvirt's in KiB; its unit is KiB when it says none.
std::uint64_t kibibytes(const pugi::xml_node& node) {
    const std::string_view unit = node.attribute("unit").as_string("KiB");
    const std::uint64_t value = node.attribute("size").empty() ? node.text().as_ullong()
                                                               : node.attribute("size").as_ullong();
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> units{{
        {"KiB", 1},
        {"k", 1},
        {"K", 1},
        {"MiB", 1024},
        {"M", 1024},
        {"GiB", 1024 * 1024},
        {"G", 1024 * 1024},
        {"TiB", std::uint64_t{1024} * 1024 * 1024},
        {"T", std::uint64_t{1024} * 1024 * 1024},
    }};
    const auto* const found =
        std::ranges::find(units, unit, &std::pair<std::string_view, std::uint64_t>::first);
    if (found != units.end())
        return value * found->second;
    return unit == "b" || unit == "bytes" ? value / 1024 : value;
}

/// As libvirt reads it: hexadecimal after 0x, octal after 0, else decimal.
unsigned number_of(const pugi::xml_attribute& attribute) {
    return static_cast<unsigned>(std::strtoul(attribute.value(), nullptr, 0));
}

void read_devices(const pugi::xml_node& root, Guest& guest) {
    for (const pugi::xml_node& node : root.child("devices").children()) {
        const std::string_view type = node.attribute("type").value();
        const bool hostdev = std::string_view(node.name()) == "hostdev" && type == "pci";
        const bool interface = std::string_view(node.name()) == "interface" && type == "hostdev";
        const pugi::xml_node source = node.child("source").child("address");
        const auto address = make_address(
            number_of(source.attribute("domain")), number_of(source.attribute("bus")),
            number_of(source.attribute("slot")), number_of(source.attribute("function")));
        if ((!hostdev && !interface) || !address)
            continue;
        const pugi::xml_node rom = node.child("rom");
        const bool no_rom = std::string_view(rom.attribute("bar").value()) == "off" ||
                            std::string_view(rom.attribute("enabled").value()) == "no";
        guest.devices.push_back({*address,
                                 std::string_view(node.attribute("managed").value()) == "yes",
                                 !no_rom, rom.attribute("file").value()});
    }
}

void read_input(const pugi::xml_node& devices, Guest& guest) {
    for (const pugi::xml_node& input : devices.children("input"))
        if (std::string_view(input.attribute("type").value()) == "evdev")
            guest.evdev.emplace_back(input.child("source").attribute("dev").value());
    for (const pugi::xml_node& input : devices.children("input"))
        if (std::string_view(input.attribute("type").value()) == "passthrough")
            guest.evdev.emplace_back(input.child("source").attribute("evdev").value());
    for (const pugi::xml_node& hostdev : devices.children("hostdev"))
        guest.usb |= std::string_view(hostdev.attribute("type").value()) == "usb";
    for (const pugi::xml_node& graphics : devices.children("graphics"))
        guest.viewer |= std::string_view(graphics.attribute("type").value()) != "egl-headless";
    const std::string model = devices.child("video").child("model").attribute("type").value();
    guest.video = model == "none" ? "" : model;
    if (!devices.child("sound").empty())
        for (const pugi::xml_node& audio : devices.children("audio"))
            guest.sounds.emplace_back(audio.attribute("type").value());
}

bool is_on(const pugi::xml_node& feature) {
    return std::string_view(feature.attribute("state").value()) == "on";
}

/// What of the domain is kept: the element, and which of its attributes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 29> kept{{
    {"domain", "type"},
    {"domain/name", ""},
    {"domain/memory", "unit"},
    {"domain/memoryBacking", ""},
    {"domain/memoryBacking/hugepages", ""},
    {"domain/memoryBacking/hugepages/page", "size unit"},
    {"domain/os", "firmware"},
    {"domain/os/type", "machine"},
    {"domain/os/loader", "type"},
    {"domain/features", ""},
    {"domain/features/kvm", ""},
    {"domain/features/kvm/hidden", "state"},
    {"domain/features/hyperv", ""},
    {"domain/features/hyperv/vendor_id", "state"},
    {"domain/devices", ""},
    {"domain/devices/hostdev", "mode type managed"},
    {"domain/devices/hostdev/source", ""},
    {"domain/devices/hostdev/source/address", "type domain bus slot function"},
    {"domain/devices/hostdev/rom", "bar enabled file"},
    {"domain/devices/interface", "type managed"},
    {"domain/devices/interface/source", ""},
    {"domain/devices/interface/source/address", "type domain bus slot function"},
    {"domain/devices/input", "type bus"},
    {"domain/devices/input/source", "dev evdev grab"},
    {"domain/devices/graphics", "type"},
    {"domain/devices/video", ""},
    {"domain/devices/video/model", "type"},
    {"domain/devices/sound", "model"},
    {"domain/devices/audio", "id type"},
}};

/// Elements whose text is kept too.
constexpr std::array<std::string_view, 2> kept_texts{"domain/name", "domain/memory"};

bool has_word(std::string_view words, const std::string& word) {
    return (" " + std::string(words) + " ").find(" " + word + " ") != std::string::npos;
}

void copy_kept(const pugi::xml_node& from, pugi::xml_node to, const std::string& path,
               std::string_view attributes) {
    for (const pugi::xml_attribute& attribute : from.attributes())
        if (has_word(attributes, attribute.name()))
            to.append_attribute(attribute.name()) = attribute.value();
    if (std::ranges::find(kept_texts, path) != kept_texts.end())
        to.text() = from.text().get();
    for (const pugi::xml_node& child : from.children()) {
        const std::string below = path + "/" + child.name();
        const auto* const rule =
            std::ranges::find(kept, below, &std::pair<std::string_view, std::string_view>::first);
        if (rule != kept.end())
            copy_kept(child, to.append_child(child.name()), below, rule->second);
    }
}

} // namespace

const GuestDevice* Guest::device(std::string_view address) const {
    const auto found = std::ranges::find(devices, address, &GuestDevice::address);
    return found == devices.end() ? nullptr : &*found;
}

Guest read_guest(std::string_view xml) {
    const pugi::xml_document document = parse(xml);
    const pugi::xml_node root = document.document_element();
    Guest guest;
    guest.name = root.child_value("name");
    guest.machine = root.child("os").child("type").attribute("machine").value();
    guest.uefi =
        std::string_view(root.child("os").attribute("firmware").value()) == "efi" ||
        std::string_view(root.child("os").child("loader").attribute("type").value()) == "pflash";
    guest.memory = kibibytes(root.child("memory"));
    const pugi::xml_node hugepages = root.child("memoryBacking").child("hugepages");
    guest.hugepages = !hugepages.empty();
    guest.page_size = hugepages.child("page").empty() ? 0 : kibibytes(hugepages.child("page"));
    guest.hidden_kvm = is_on(root.child("features").child("kvm").child("hidden"));
    guest.vendor_id = is_on(root.child("features").child("hyperv").child("vendor_id"));
    read_devices(root, guest);
    read_input(root.child("devices"), guest);
    return guest;
}

} // namespace doctor

std::string essence_of_domain(std::string_view xml) {
    const pugi::xml_document document = doctor::parse(xml);
    pugi::xml_document essence;
    pugi::xml_node root = essence.append_child("domain");
    doctor::copy_kept(document.document_element(), root, "domain", "type");
    root.insert_child_after("uuid", root.child("name")).text() =
        "00000000-0000-0000-0000-000000000000";
    std::ostringstream out;
    essence.save(out, "  ", pugi::format_indent | pugi::format_no_declaration);
    return out.str();
}

} // namespace handoff
