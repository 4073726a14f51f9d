// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/guest_slot.hpp"

#include "libhandoff/domain_xml.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace handoff {
namespace {

constexpr unsigned most_buses = 256;

/// Left to what machines put there of themselves: the host bridge, PIIX's functions or the first
/// screen, the screen of i440fx; and ICH9's at the end.
constexpr unsigned first_slot = 3;
constexpr unsigned last_slot = 0x1e;

pugi::xml_node pci_address(const pugi::xml_node& device) {
    const pugi::xml_node address = device.child("address");
    return std::string_view(address.attribute("type").value()) == "pci" ? address
                                                                        : pugi::xml_node();
}

unsigned number_in(const pugi::xml_node& element, const char* attribute) {
    return number_of(element.attribute(attribute).value()).value_or(0);
}

/// Models of the PCI controllers, by index, which is the number of the bus that each makes.
std::map<unsigned, std::string> buses_of(const pugi::xml_node& devices) {
    std::map<unsigned, std::string> buses;
    for (const pugi::xml_node& controller : devices.children("controller"))
        if (std::string_view(controller.attribute("type").value()) == "pci")
            buses[number_in(controller, "index")] = controller.attribute("model").value();
    return buses;
}

std::vector<GuestSlot> used_slots(const pugi::xml_node& devices) {
    std::vector<GuestSlot> used;
    for (const pugi::xml_node& device : devices.children())
        if (const std::optional<GuestSlot> slot = guest_slot(device))
            used.push_back(*slot);
    return used;
}

GuestSlot free_slot_on_root(const std::vector<GuestSlot>& used) {
    for (unsigned slot = first_slot; slot <= last_slot; ++slot)
        if (const GuestSlot place{0, slot}; std::ranges::find(used, place) == used.end())
            return place;
    throw Error("domain XML", "no PCI slot of the guest is free",
                "remove a device that it does not need");
}

FreeSlot behind_root_port(const std::map<unsigned, std::string>& buses,
                          const std::vector<GuestSlot>& used) {
    for (const auto& [index, model] : buses)
        if (const unsigned bus = index;
            model == "pcie-root-port" &&
            std::ranges::none_of(used, [&](const GuestSlot& slot) { return slot.bus == bus; }))
            return {{bus, 0}, std::nullopt};
    const unsigned next = buses.rbegin()->first + 1;
    if (next >= most_buses)
        throw Error("domain XML", "the guest has no PCI bus left",
                    "remove controllers that it does not need");
    return {{next, 0}, free_slot_on_root(used)};
}

} // namespace

std::optional<GuestSlot> guest_slot(const pugi::xml_node& device) {
    const pugi::xml_node address = pci_address(device);
    if (address.empty())
        return std::nullopt;
    return GuestSlot{number_in(address, "bus"), number_in(address, "slot")};
}

unsigned guest_function(const pugi::xml_node& device) {
    return number_in(pci_address(device), "function");
}

FreeSlot find_free_slot(const pugi::xml_node& devices) {
    const std::map<unsigned, std::string> buses = buses_of(devices);
    const std::vector<GuestSlot> used = used_slots(devices);
    const std::string root = buses.contains(0) ? buses.at(0) : "";
    if (root == "pcie-root")
        return behind_root_port(buses, used);
    if (root == "pci-root")
        return {free_slot_on_root(used), std::nullopt};
    throw Error("domain XML", "the guest's machine has no PCI bus",
                "choose the machine q35 for the domain");
}

} // namespace handoff
