// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/domain_xml.hpp"

#include "libhandoff/address.hpp"

#include <charconv>
#include <cstddef>

namespace handoff {

std::optional<unsigned> number_of(std::string_view text) {
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

std::optional<std::string> host_address(const pugi::xml_node& device) {
    const pugi::xml_node address = device.child("source").child("address");
    const std::string_view type = address.attribute("type").as_string("pci");
    const auto domain = number_of(address.attribute("domain").as_string("0"));
    const auto bus = number_of(address.attribute("bus").value());
    const auto slot = number_of(address.attribute("slot").value());
    const auto function = number_of(address.attribute("function").value());
    if (type != "pci" || !domain || !bus || !slot || !function)
        return std::nullopt;
    return make_address(*domain, *bus, *slot, *function);
}

bool is_pci_hostdev(const pugi::xml_node& device) {
    const std::string_view element = device.name();
    const std::string_view type = device.attribute("type").value();
    if (element == "hostdev")
        return type == "pci";
    const pugi::xml_node address = device.child("source").child("address");
    return element == "interface" && type == "hostdev" &&
           std::string_view(address.attribute("type").value()) == "pci";
}

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

} // namespace handoff
