// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/domain.hpp"

#include "libhandoff/domain_xml.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace handoff {
namespace {

std::vector<std::string> hostdevs_of(const pugi::xml_node& root, const std::string& subject) {
    std::vector<std::string> addresses;
    for (const pugi::xml_node& devices : root.children("devices"))
        for (const pugi::xml_node& device : devices.children()) {
            if (!is_pci_hostdev(device))
                continue;
            const auto address = host_address(device);
            if (!address)
                throw Error(subject, "a PCI hostdev has no valid source address",
                            "correct its <source><address .../></source>");
            if (std::ranges::find(addresses, *address) == addresses.end())
                addresses.push_back(*address);
        }
    return addresses;
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
