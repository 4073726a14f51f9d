// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/setup_checks.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace handoff {
namespace {

constexpr std::string_view names_gpus = "gpu-handoff list names the cards";

std::vector<Gpu> gpus_among(const std::vector<Gpu>& gpus,
                            const std::vector<std::string>& hostdevs) {
    std::vector<Gpu> found;
    for (const Gpu& gpu : gpus)
        if (std::ranges::any_of(hostdevs, [&](const auto& address) { return gpu.has(address); }))
            found.push_back(gpu);
    return found;
}

Gpu asked_gpu(const std::vector<Gpu>& gpus, const std::string& asked) {
    const std::optional<std::string> address = parse_address(asked);
    if (!address)
        throw Error(asked, "is not a PCI address such as 0000:01:00.0", names_gpus);
    const auto gpu = std::ranges::find(gpus, *address, &Gpu::address);
    if (gpu == gpus.end())
        throw Error(*address, "is not a graphics card", names_gpus);
    return *gpu;
}

} // namespace

std::vector<Gpu> candidates(const std::vector<Gpu>& gpus, const std::string& asked,
                            const std::vector<std::string>& hostdevs) {
    if (gpus.empty())
        throw Error("setup", "this computer has no graphics card on its PCI bus",
                    "lspci -D shows what there is");
    if (!asked.empty())
        return {asked_gpu(gpus, asked)};
    const std::vector<Gpu> present = gpus_among(gpus, hostdevs);
    return present.empty() ? gpus : present;
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
