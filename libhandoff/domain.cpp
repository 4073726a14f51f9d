// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/domain.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

namespace handoff {
namespace {

/// The number as libvirt reads it: hexadecimal after 0x, octal after 0, else decimal.
std::optional<unsigned> number(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.starts_with('0')) {
        base = 8;
    }
    unsigned value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

/// The host's address of a device: the one inside <source>, not the guest's beside it.
std::optional<std::string> source_address(const pugi::xml_node& device) {
    const pugi::xml_node address = device.child("source").child("address");
    const std::string_view type = address.attribute("type").as_string("pci");
    const auto domain = number(address.attribute("domain").as_string("0"));
    const auto bus = number(address.attribute("bus").value());
    const auto slot = number(address.attribute("slot").value());
    const auto function = number(address.attribute("function").value());
    if (type != "pci" || !domain || !bus || !slot || !function)
        return std::nullopt;
    return make_address(*domain, *bus, *slot, *function);
}

/// Whether libvirt takes a PCI function from the host for the device.
bool is_pci_hostdev(const pugi::xml_node& device) {
    const std::string_view element = device.name();
    const std::string_view type = device.attribute("type").value();
    if (element == "hostdev")
        return type == "pci";
    const pugi::xml_node address = device.child("source").child("address");
    return element == "interface" && type == "hostdev" &&
           std::string_view(address.attribute("type").value()) == "pci";
}

std::vector<std::string> hostdevs_of(const pugi::xml_node& root, const std::string& subject) {
    std::vector<std::string> addresses;
    for (const pugi::xml_node& devices : root.children("devices"))
        for (const pugi::xml_node& device : devices.children()) {
            if (!is_pci_hostdev(device))
                continue;
            const auto address = source_address(device);
            if (!address)
                throw Error(subject, "a PCI hostdev has no valid source address",
                            "correct its <source><address .../></source>");
            if (std::ranges::find(addresses, *address) == addresses.end())
                addresses.push_back(*address);
        }
    return addresses;
}

/// The namespace of an element: what the nearest declaration of its prefix says.
std::string_view namespace_of(const pugi::xml_node& element) {
    const std::string_view name = element.name();
    const std::size_t colon = name.find(':');
    const std::string declaration = colon == std::string_view::npos
                                        ? std::string("xmlns")
                                        : std::string("xmlns:").append(name.substr(0, colon));
    for (pugi::xml_node node = element; !node.empty(); node = node.parent())
        if (const pugi::xml_attribute found = node.attribute(declaration.c_str()))
            return found.value();
    return {};
}

bool is_marked(const pugi::xml_node& root) {
    for (const pugi::xml_node& metadata : root.children("metadata"))
        for (const pugi::xml_node& element : metadata.children())
            if (element.type() == pugi::node_element && namespace_of(element) == mark_namespace)
                return true;
    return false;
}

/// The uuid in lower case, 8-4-4-4-12; nothing if the text is none.
std::optional<std::string> parse_uuid(std::string_view text) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() != form.size())
        return std::nullopt;
    std::string uuid;
    for (std::size_t i = 0; i < form.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        const bool upper = text[i] >= 'A' && text[i] <= 'F';
        const char c = upper ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        if (form[i] == '-' ? c != '-' : digits.find(c) == std::string_view::npos)
            return std::nullopt;
        uuid.push_back(c);
    }
    return uuid;
}

} // namespace

Domain parse_domain(std::string_view xml) {
    constexpr std::string_view subject = "domain XML";
    constexpr std::string_view remedy =
        "start the domain through libvirt, 'virsh dumpxml' shows it";
    // libvirt writes UTF-8; a name of white space only is still a name.
    constexpr unsigned options = pugi::parse_default | pugi::parse_ws_pcdata_single;
    if (xml.find('\0') != std::string_view::npos)
        throw Error(subject, "has a zero byte", remedy);
    pugi::xml_document document;
    const pugi::xml_parse_result result =
        document.load_buffer(xml.data(), xml.size(), options, pugi::encoding_utf8);
    if (!result)
        throw Error(subject,
                    std::string(result.description()) + " at byte " + std::to_string(result.offset),
                    remedy);
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "domain" || !root.next_sibling("domain").empty())
        throw Error(subject, "is not one <domain>", remedy);
    Domain domain;
    domain.name = root.child_value("name");
    if (domain.name.empty())
        throw Error(subject, "has no <name>", remedy);
    auto uuid = parse_uuid(root.child_value("uuid"));
    const std::string named = "domain '" + domain.name + "'";
    if (!uuid)
        throw Error(named, "its XML has no valid <uuid>", remedy);
    domain.uuid = std::move(*uuid);
    domain.hostdevs = hostdevs_of(root, named);
    domain.marked = is_marked(root);
    return domain;
}

} // namespace handoff
