// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"
#include "libhandoff/doctor/boot_loader.hpp"
#include "libhandoff/doctor/checks.hpp"
#include "libhandoff/doctor/settings.hpp"
#include "libhandoff/gpu.hpp"

#include <algorithm>
#include <array>

namespace handoff::doctor {
namespace {

bool is_used(const Pci& function) {
    return !function.driver.empty() && function.driver != "vfio-pci" &&
           function.driver != "pci-stub";
}

/// SMBIOS's kinds of chassis that have a battery: portable, laptop, notebook, convertible, ...
bool is_laptop(const Evidence& evidence) {
    constexpr std::array<unsigned long, 6> kinds{8, 9, 10, 14, 31, 32};
    const unsigned long kind = number(evidence.text("/sys/class/dmi/id/chassis_type").value_or(""));
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// Devices of other slots in the card's group that the host uses.
std::vector<const Pci*> companions(const Patient& patient, const Card& card) {
    std::vector<const Pci*> found;
    if (card.gpu.group.empty())
        return found;
    for (const Pci& other : patient.functions)
        if (other.group == card.gpu.group && !is_bridge_class(other.device_class) &&
            is_used(other) && slot_of(other.address) != slot_of(card.gpu.address))
            found.push_back(&other);
    return found;
}

/// The legacy copy of the boot card's ROM (arch/x86/pci/fixup.c: pci_fixup_video).
bool is_shadowed(const Evidence& evidence, const std::string& address) {
    constexpr std::size_t rom_line = 7;
    const std::string file = "/sys/bus/pci/devices/" + address + "/resource";
    const std::vector<Line> lines = evidence.lines(
        file, [](std::string_view text) { return text.starts_with("0x00000000000c0000 "); });
    return std::ranges::find(lines, rom_line, &Line::number) != lines.end();
}

/// Whether one of them belongs to another graphics card, which the host may need.
bool has_a_card(const Patient& patient, const std::vector<const Pci*>& functions) {
    return std::ranges::any_of(patient.cards, [&](const Card& card) {
        return std::ranges::any_of(functions, [&](const Pci* function) {
            return slot_of(function->address) == slot_of(card.gpu.address);
        });
    });
}

std::string listing(const std::vector<const Pci*>& functions) {
    std::vector<std::string> names;
    names.reserve(functions.size());
    for (const Pci* function : functions)
        names.push_back(function->address + " (" + function->driver + ")");
    return joined(names);
}

std::string as_toml(const Card& card, const std::vector<const Pci*>& others) {
    std::vector<std::string> addresses;
    addresses.reserve(card.functions.size() + others.size());
    for (const Pci& function : card.functions)
        addresses.push_back('"' + function.address + '"');
    for (const Pci* function : others)
        addresses.push_back('"' + function->address + '"');
    return "devices = [" + joined(addresses) + "]";
}

} // namespace

void check_cards(const Patient& patient, Findings& found) {
    if (patient.cards.empty())
        return found.failure("there is none", "see whether lspci lists it; if not, check its slot "
                                              "and power");
    std::vector<std::string> names;
    names.reserve(patient.cards.size());
    for (const Card& card : patient.cards)
        names.push_back(card.name());
    if (patient.cards.size() > 1)
        return found.ok(joined(names));
    found.ok(names.front() + " is the only one: the desktop ends while a domain has it",
             "it stays if the processor has graphics of its own that are turned on in the "
             "firmware's setup and have a screen; else make the first start with\n"
             "gpu-handoff try DOMAIN");
}

void check_primary(const Patient& patient, Findings& found) {
    if (patient.cards.size() < 2)
        return;
    for (const Card* card : patient.candidates()) {
        if (!card->boot_vga)
            continue;
        const std::string seen = "the firmware starts on " + card->name() +
                                 ", which is meant for "
                                 "a domain";
        if (patient.leaves_none())
            return found.ok(seen);
        return found.warning(
            seen,
            is_laptop(patient.evidence)
                ? "switch the laptop to hybrid graphics (MUX, Optimus) in the firmware's setup"
                : "choose the other card as primary display in the firmware's setup (Primary "
                  "Display, Initial Display Output: IGFX, CPU Graphics, or its slot), and "
                  "connect your screen to it");
    }
    for (const Card& card : patient.cards)
        if (card.boot_vga)
            return found.ok("the firmware starts on " + card.name());
}

void check_groups(const Patient& patient, Findings& found) {
    for (const Card* card : patient.candidates()) {
        if (card->gpu.group.empty())
            continue;
        std::vector<const Pci*> others = companions(patient, *card);
        const auto config = config_of(patient);
        if (config && config->devices)
            std::erase_if(others, [&](const Pci* other) {
                return std::ranges::find(*config->devices, other->address) !=
                       config->devices->end();
            });
        if (patient.guest)
            std::erase_if(others, [&](const Pci* other) {
                return patient.guest->device(other->address) != nullptr;
            });
        if (others.empty()) {
            found.ok(card->name() + " has group " + card->gpu.group + " to itself");
            continue;
        }
        const std::string file =
            patient.guest ? file_of(*patient.guest) : "/etc/gpu-handoff/domains/DOMAIN.toml";
        const std::string seen =
            card->name() + " shares IOMMU group " + card->gpu.group + " with " + listing(others);
        std::string remedy = "put the card into another slot (often the one next to the "
                             "processor), or turn on ACS in the firmware's setup";
        if (!has_a_card(patient, others))
            remedy +=
                "; or give the others away too: write into " + file + "\n" + as_toml(*card, others);
        if (patient.guest)
            found.failure(seen, remedy);
        else
            found.warning(seen, remedy);
    }
}

void check_acs(const Patient& patient, Findings& found) {
    const std::vector<std::string> words =
        patient.evidence.words("/proc/cmdline", [](std::string_view word) {
            return word.starts_with("pcie_acs_override");
        });
    if (!words.empty())
        found.warning(words.front() + " pretends that devices are apart: a guest may reach others "
                                      "of its real group",
                      "try without it first; " + how_to_remove(patient.evidence, words.front()));
}

void check_rom(const Patient& patient, Findings& found) {
    for (const Card* card : patient.candidates()) {
        const GuestDevice* device =
            patient.guest ? patient.guest->device(card->gpu.address) : nullptr;
        if (device != nullptr && !device->rom_file.empty()) {
            if (patient.evidence.exists(device->rom_file))
                found.ok("a file");
            else
                found.failure(device->rom_file + ", which the domain names, is not there",
                              "put the card's ROM there, or remove <rom file=.../> (virsh edit " +
                                  quoted(patient.guest->name) + ")");
        } else if ((device == nullptr || device->has_rom) &&
                   is_shadowed(patient.evidence, card->gpu.address)) {
            found.warning(card->name() + " is what the computer started on: what a guest reads is "
                                         "the copy that the firmware left in memory, and its "
                                         "screen may stay dark",
                          "start the computer on another card; or save the ROM of this very card "
                          "while another one was the primary, and name the file in the "
                          "<hostdev>:\n<rom file='/var/lib/libvirt/images/card.rom'/>");
        }
    }
}

} // namespace handoff::doctor
