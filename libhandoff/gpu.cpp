// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/gpu.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/uses.hpp"

#include <algorithm>

extern "C" {
#include <pci/header.h>
}

namespace handoff {
namespace {

/// "10de" of "0x10de".
std::string number(const std::filesystem::path& file) {
    std::string text = read_text(file).value_or("0x");
    return text.erase(0, 2);
}

NamedFunction read(const Roots& roots, const std::string& address) {
    const std::filesystem::path directory = roots.function(address);
    return {.address = address,
            .name = name_of_function(roots, address),
            .id = number(directory / "vendor") + ":" + number(directory / "device"),
            .driver = link_name(directory / "driver").value_or("none"),
            .display = is_display(roots, address)};
}

bool is_bridge(const Roots& roots, const std::string& address) {
    const std::string code = number(roots.function(address) / "class");
    return !code.empty() && is_bridge_class(static_cast<unsigned>(std::stoul(code, nullptr, 16)));
}

void read_connectors(const Roots& roots, std::vector<Gpu>& gpus) {
    try {
        for (auto& [address, found] : connectors(roots))
            for (Gpu& gpu : gpus)
                if (gpu.has(address))
                    gpu.connectors.insert(gpu.connectors.end(), found.begin(), found.end());
    } catch (const Error& error) {
        for (Gpu& gpu : gpus)
            gpu.trouble = error.what();
    }
}

} // namespace

const NamedFunction& Gpu::video() const {
    return *std::ranges::find(functions, address, &NamedFunction::address);
}

bool Gpu::has(const std::string& function) const {
    return std::ranges::find(functions, function, &NamedFunction::address) != functions.end();
}

bool is_bridge_class(unsigned device_class) {
    const unsigned code = device_class >> 8U;
    return code == PCI_CLASS_BRIDGE_PCI || code == PCI_CLASS_BRIDGE_CARDBUS;
}

std::vector<Gpu> find_gpus(const Roots& roots) {
    const std::vector<std::string> all = list(roots.sys / "bus/pci/devices");
    std::vector<Gpu> gpus;
    for (const std::string& address : all) {
        const bool known =
            std::ranges::any_of(gpus, [&](const Gpu& gpu) { return gpu.has(address); });
        if (known || !is_display(roots, address))
            continue;
        Gpu& gpu = gpus.emplace_back();
        gpu.address = address;
        gpu.group = link_name(roots.function(address) / "iommu_group").value_or("");
        gpu.boot_vga = read_text(roots.function(address) / "boot_vga") == "1";
        for (const std::string& other : all)
            if (other == address ||
                (slot_of(other) == slot_of(address) && !is_bridge(roots, other) &&
                 !is_virtual(roots, other) && !is_virtual(roots, address)))
                gpu.functions.push_back(read(roots, other));
        for (const std::string& other : list(roots.function(address) / "iommu_group/devices"))
            if (!gpu.has(other) && !is_bridge(roots, other))
                gpu.group_others.push_back(read(roots, other));
    }
    read_connectors(roots, gpus);
    return gpus;
}

} // namespace handoff
