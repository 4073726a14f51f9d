// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/host_gpus.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/machine.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace handoff {
namespace {

constexpr std::string_view names_gpus = "gpu-handoff list names the cards";

bool is_bridge(const Roots& roots, const std::string& address) {
    return read_text(roots.function(address) / "class").value_or("").starts_with("0x06");
}

std::vector<HostGpu> gpus_among(const std::vector<HostGpu>& gpus,
                                const std::vector<std::string>& hostdevs) {
    std::vector<HostGpu> found;
    for (const HostGpu& gpu : gpus)
        if (std::ranges::find_first_of(gpu.functions, hostdevs) != gpu.functions.end())
            found.push_back(gpu);
    return found;
}

HostGpu asked_gpu(const std::vector<HostGpu>& gpus, const std::string& asked) {
    const std::optional<std::string> address = parse_address(asked);
    if (!address)
        throw Error(asked, "is not a PCI address such as 0000:01:00.0", names_gpus);
    const auto gpu = std::ranges::find(gpus, *address, &HostGpu::address);
    if (gpu == gpus.end())
        throw Error(*address, "is not a graphics card", names_gpus);
    return *gpu;
}

} // namespace

std::vector<HostGpu> host_gpus(const Roots& roots) {
    std::vector<HostGpu> gpus;
    const std::vector<std::string> all = list(roots.sys / "bus/pci/devices");
    for (const std::string& address : all) {
        if (!is_display(roots, address) ||
            (!gpus.empty() && slot_of(gpus.back().address) == slot_of(address)))
            continue;
        HostGpu& gpu = gpus.emplace_back(HostGpu{address, {}});
        std::ranges::copy_if(all, std::back_inserter(gpu.functions), [&](const auto& function) {
            return slot_of(function) == slot_of(address) && !is_bridge(roots, function);
        });
    }
    return gpus;
}

std::vector<HostGpu> candidates(const std::vector<HostGpu>& gpus, const std::string& asked,
                                const std::vector<std::string>& hostdevs) {
    if (gpus.empty())
        throw Error("setup", "this computer has no graphics card on its PCI bus",
                    "lspci -D shows what there is");
    if (!asked.empty())
        return {asked_gpu(gpus, asked)};
    const std::vector<HostGpu> present = gpus_among(gpus, hostdevs);
    return present.empty() ? gpus : present;
}

std::vector<std::string> group_companions(const Roots& roots, const HostGpu& gpu) {
    std::vector<std::string> companions = list(roots.function(gpu.address) / "iommu_group/devices");
    std::erase_if(companions, [&](const std::string& other) {
        return slot_of(other) == slot_of(gpu.address) || is_bridge(roots, other);
    });
    return companions;
}

void require_iommu(const Roots& roots, const std::string& address) {
    if (list(roots.sys / "class/iommu").empty())
        throw Error(
            address, "the IOMMU is off",
            "turn on VT-d or AMD-Vi in the firmware, and intel_iommu=on in the kernel's command "
            "line if the CPU is Intel's");
}

void require_evdev(const Roots& roots, const std::string& node) {
    constexpr std::string_view names = "ls /dev/input/by-id names them: ...-event-kbd, "
                                       "...-event-mouse";
    struct stat found {};
    if (!node.starts_with('/') || ::stat(node.c_str(), &found) != 0)
        throw Error(node, "there is no such device node", names);
    const std::string number = std::to_string(::gnu_dev_major(found.st_rdev)) + ":" +
                               std::to_string(::gnu_dev_minor(found.st_rdev));
    const std::string event =
        S_ISCHR(found.st_mode) ? read_file(roots.sys / "dev/char" / number / "uevent").value_or("")
                               : "";
    if (event.find("DEVNAME=input/event") == std::string::npos)
        throw Error(node, "is no evdev node, from which keys and movements come", names);
}

} // namespace handoff
