// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/patient.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/gpu.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" {
#include <pci/header.h>
}

namespace handoff::doctor {
namespace {

constexpr unsigned crypto_class = 0x1080;

bool is_display(const Pci& function) {
    return function.device_class >> 16U == PCI_BASE_CLASS_DISPLAY;
}

Pci read_function(const Evidence& evidence, const std::string& address) {
    const std::string directory = "/sys/bus/pci/devices/" + address;
    const auto value = [&](const char* name) {
        return static_cast<unsigned>(number(evidence.text(directory + "/" + name).value_or("")));
    };
    return {address,
            value("class"),
            value("vendor"),
            value("device"),
            last_part(evidence.link(directory + "/driver").value_or("")),
            last_part(evidence.link(directory + "/iommu_group").value_or("")),
            evidence.link(directory + "/physfn").has_value()};
}

/// Intel's sits on the first bus; AMD's brings the processor's security coprocessor along.
bool is_integrated(const Card& card) {
    return (card.gpu.vendor == intel && card.gpu.address == "0000:00:02.0") ||
           std::ranges::any_of(card.functions, [](const Pci& function) {
               return function.vendor == 0x1022 && function.device_class >> 8U == crypto_class;
           });
}

std::vector<Card> cards_of(const Evidence& evidence, const std::vector<Pci>& functions) {
    std::vector<Card> cards;
    for (const Pci& gpu : functions) {
        if (!is_display(gpu))
            continue;
        Card card{gpu, {}, false, false};
        std::ranges::copy_if(functions, std::back_inserter(card.functions), [&](const Pci& other) {
            return other.address == gpu.address ||
                   (slot_of(other.address) == slot_of(gpu.address) && !other.is_virtual &&
                    !gpu.is_virtual && !is_bridge_class(other.device_class));
        });
        card.boot_vga = evidence.text("/sys/bus/pci/devices/" + gpu.address + "/boot_vga") == "1";
        card.integrated = is_integrated(card);
        cards.push_back(std::move(card));
    }
    return cards;
}

std::string hex(unsigned value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 12; shift >= 0; shift -= 4)
        text += digits[(value >> static_cast<unsigned>(shift)) & 0xFU];
    return text;
}

} // namespace

std::string Card::name() const {
    std::string maker;
    if (gpu.vendor == nvidia)
        maker = "NVIDIA ";
    else if (gpu.vendor == amd)
        maker = "AMD ";
    else if (gpu.vendor == intel)
        maker = "Intel ";
    return gpu.address + " (" + maker + hex(gpu.vendor) + ":" + hex(gpu.device) + ")";
}

std::vector<const Card*> Patient::candidates() const {
    std::vector<const Card*> found;
    for (const Card& card : cards)
        if (!guest || std::ranges::any_of(card.functions, [&](const Pci& function) {
                return guest->device(function.address) != nullptr;
            }))
            found.push_back(&card);
    if (guest)
        return found;
    const auto leave_out = [&](bool Card::*trait) {
        if (std::ranges::any_of(found, [&](const Card* card) { return !(card->*trait); }))
            std::erase_if(found, [&](const Card* card) { return card->*trait; });
    };
    leave_out(&Card::integrated);
    leave_out(&Card::boot_vga);
    return found;
}

const Pci* Patient::function(const std::string& address) const {
    const auto found = std::ranges::find(functions, address, &Pci::address);
    return found == functions.end() ? nullptr : &*found;
}

bool Patient::leaves_none() const {
    return guest ? !cards.empty() && candidates().size() == cards.size() : cards.size() == 1;
}

Patient admit(const Evidence& evidence, const std::optional<std::string>& domain_xml) {
    Patient patient{evidence, {}, {}, std::nullopt};
    if (domain_xml)
        patient.guest = read_guest(*domain_xml);
    for (const std::string& address : evidence.list("/sys/bus/pci/devices"))
        patient.functions.push_back(read_function(evidence, address));
    patient.cards = cards_of(evidence, patient.functions);
    return patient;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool has_program(const Evidence& evidence, const std::string& name) {
    return evidence.exists("/usr/sbin/" + name) || evidence.exists("/usr/bin/" + name);
}

std::string quoted(const std::string& name) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:+-";
    if (!name.empty() && name.find_first_not_of(plain) == std::string::npos)
        return name;
    std::string word = "'";
    for (const char c : name)
        word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

std::string last_part(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

unsigned long number(const std::string& text) {
    return std::strtoul(text.c_str(), nullptr, text.starts_with("0x") ? 16 : 10);
}

} // namespace handoff::doctor
