// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/guest_devices.hpp"

#include "hook/guest_features.hpp"
#include "hook/guest_slot.hpp"
#include "hook/xml_edit.hpp"
#include "libhandoff/domain_xml.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>

namespace handoff {
namespace {

std::string_view value_of(const pugi::xml_node& element, const char* attribute) {
    return element.attribute(attribute).value();
}

std::string hex(unsigned number, int digits) {
    std::string text(8, '0');
    const int size = std::snprintf(text.data(), text.size(), "%0*x", digits, number);
    return "0x" + text.substr(0, static_cast<std::size_t>(size));
}

unsigned function_number(const std::string& address) {
    return static_cast<unsigned>(address.back() - '0');
}

/// "domain='0x0000' bus='0x01' slot='0x00' function='0x0'" of "0000:01:00.0".
std::string numbers_of(const std::string& address) {
    const std::size_t end = address.size();
    return "domain='0x" + address.substr(0, end - 8) + "' bus='0x" + address.substr(end - 7, 2) +
           "' slot='0x" + address.substr(end - 4, 2) + "' function='0x" + address.back() + "'";
}

pugi::xml_node find_hostdev(const pugi::xml_node& devices, const std::string& address) {
    return devices.find_child([&](const pugi::xml_node& device) {
        return is_pci_hostdev(device) && host_address(device) == address;
    });
}

pugi::xml_node find_controller(const pugi::xml_node& devices, const std::string& index) {
    return devices.find_child([&](const pugi::xml_node& device) {
        return std::string_view(device.name()) == "controller" &&
               value_of(device, "type") == "pci" && value_of(device, "index") == index;
    });
}

pugi::xml_node find_input(const pugi::xml_node& devices, const std::string& node) {
    return devices.find_child([&](const pugi::xml_node& device) {
        return std::string_view(device.name()) == "input" && value_of(device, "type") == "evdev" &&
               value_of(device.child("source"), "dev") == node;
    });
}

/// What is in the guest's slot, by function.
std::map<unsigned, pugi::xml_node> devices_at(const pugi::xml_node& devices,
                                              const GuestSlot& slot) {
    std::map<unsigned, pugi::xml_node> found;
    for (const pugi::xml_node& device : devices.children())
        if (guest_slot(device) == slot)
            found[guest_function(device)] = device;
    return found;
}

/// The guest's slot in which the card is already, if the missing functions can go there too, each
/// with its own number.
std::optional<GuestSlot> slot_of_card(const pugi::xml_node& devices,
                                      const std::vector<std::string>& present,
                                      const std::vector<std::string>& missing) {
    for (const std::string& address : present) {
        const pugi::xml_node hostdev = find_hostdev(devices, address);
        const std::optional<GuestSlot> slot = guest_slot(hostdev);
        if (!slot || guest_function(hostdev) != 0)
            continue;
        const auto there = devices_at(devices, *slot);
        if (std::ranges::none_of(missing, [&](const std::string& function) {
                return there.contains(function_number(function));
            }))
            return slot;
    }
    return std::nullopt;
}

GuestSlot make_slot(pugi::xml_node devices, std::vector<SetupChange>& changes) {
    const FreeSlot free = find_free_slot(devices);
    if (free.root_port) {
        const std::string index = std::to_string(free.at.bus);
        insert_element(devices, "<controller type='pci' index='" + index +
                                    "' model='pcie-root-port'>\n"
                                    "  <address type='pci' domain='0x0000' bus='0x00' slot='" +
                                    hex(free.root_port->slot, 2) + "' function='0x0'/>\n" +
                                    "</controller>");
        changes.push_back({"controller", index, {}});
    }
    return free.at;
}

void insert_hostdev(pugi::xml_node devices, const std::string& address, const GuestSlot& slot,
                    const std::string& function) {
    insert_element(devices, "<hostdev mode='subsystem' type='pci' managed='yes'>\n"
                            "  <source>\n"
                            "    <address " +
                                numbers_of(address) +
                                "/>\n"
                                "  </source>\n"
                                "  <address type='pci' domain='0x0000' bus='" +
                                hex(slot.bus, 2) + "' slot='" + hex(slot.slot, 2) + "' function='" +
                                function + "/>\n</hostdev>");
}

} // namespace

void add_functions(pugi::xml_node devices, const std::vector<std::string>& functions,
                   std::vector<SetupChange>& changes) {
    std::vector<std::string> present;
    std::vector<std::string> missing;
    for (const std::string& address : functions)
        (find_hostdev(devices, address).empty() ? missing : present).push_back(address);
    for (const std::string& address : present)
        change_attribute(find_hostdev(devices, address), "managed", "yes", {"managed", address, {}},
                         changes);
    if (missing.empty())
        return;
    const std::optional<GuestSlot> with_card = slot_of_card(devices, present, missing);
    const GuestSlot slot = with_card ? *with_card : make_slot(devices, changes);
    if (with_card) {
        const pugi::xml_node first = devices_at(devices, slot).at(0);
        change_attribute(first.child("address"), "multifunction", "on",
                         {"multifunction", host_address(first).value_or(""), {}}, changes);
    }
    for (const std::string& address : missing) {
        // A slot without a function 0 is empty for the guest.
        const bool first = !with_card && address == missing.front();
        std::string function = hex(first ? 0 : function_number(address), 1) + "'";
        if (first && missing.size() > 1)
            function += " multifunction='on'";
        insert_hostdev(devices, address, slot, function);
        changes.push_back({"hostdev", address, {}});
    }
}

void add_input(pugi::xml_node devices, const Evdev& input, std::vector<SetupChange>& changes) {
    if (!find_input(devices, input.node).empty())
        return;
    insert_element(devices,
                   "<input type='evdev'>\n  <source dev='" + escaped(input.node) + "'" +
                       (input.keyboard ? " grab='all' grabToggle='ctrl-ctrl' repeat='on'" : "") +
                       "/>\n</input>");
    changes.push_back({"input", input.node, {}});
}

namespace {

void remove_controller(const pugi::xml_node& devices, const std::string& index) {
    const pugi::xml_node controller = find_controller(devices, index);
    const unsigned bus = number_of(index).value_or(0);
    const bool used = std::ranges::any_of(devices.children(), [&](const pugi::xml_node& device) {
        const std::optional<GuestSlot> slot = guest_slot(device);
        return slot && slot->bus == bus;
    });
    if (!controller.empty() && !used)
        remove_element(controller);
}

/// Not while there is another function in its slot.
void make_single(const pugi::xml_node& devices, const pugi::xml_node& hostdev,
                 const std::string& was) {
    const std::optional<GuestSlot> slot = guest_slot(hostdev);
    if (slot && devices_at(devices, *slot).size() == 1)
        restore_attribute(hostdev.child("address"), "multifunction", was);
}

} // namespace

void take_back(pugi::xml_node domain, const SetupChange& change) {
    const pugi::xml_node devices = domain.child("devices");
    if (change.what == "hostdev") {
        if (const pugi::xml_node hostdev = find_hostdev(devices, change.subject))
            remove_element(hostdev);
    } else if (change.what == "input") {
        if (const pugi::xml_node input = find_input(devices, change.subject))
            remove_element(input);
    } else if (change.what == "controller") {
        remove_controller(devices, change.subject);
    } else if (change.what == "managed") {
        restore_attribute(find_hostdev(devices, change.subject), "managed",
                          change.was.value_or(""));
    } else if (change.what == "multifunction") {
        make_single(devices, find_hostdev(devices, change.subject), change.was.value_or(""));
    } else {
        take_back_feature(domain.child("features"), change);
    }
}

} // namespace handoff
