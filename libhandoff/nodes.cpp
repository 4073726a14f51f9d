// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/nodes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace handoff {
namespace {

namespace fs = std::filesystem;

constexpr unsigned nvidia_major = 195; // fixed: linux/Documentation/admin-guide/devices.txt

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

/// "226:1" as a device number.
std::optional<dev_t> device_number(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos)
        return std::nullopt;
    const std::optional<unsigned> major = number(std::string_view(text).substr(0, colon));
    const std::optional<unsigned> minor = number(std::string_view(text).substr(colon + 1));
    if (!major || !minor)
        return std::nullopt;
    return makedev(*major, *minor);
}

/// The node's path as devtmpfs names it.
std::string node_path(const fs::path& device) {
    const std::string uevent = read_text(device / "uevent").value_or("");
    constexpr std::string_view key = "DEVNAME=";
    const std::size_t at = uevent.find(key);
    if (at == std::string::npos)
        return "/dev/" + device.filename().string();
    const std::size_t begin = at + key.size();
    return "/dev/" + uevent.substr(begin, uevent.find('\n', begin) - begin);
}

void add_device(const Device& device, std::vector<Node>& nodes) {
    const std::optional<std::string> numbers = read_text(device.directory / "dev");
    if (const std::optional<dev_t> found = numbers ? device_number(*numbers) : std::nullopt)
        nodes.push_back({*found, node_path(device.directory)});
}

/// The minor in /proc/driver/nvidia/gpus/ADDRESS/information: the nodes are made by hand, not
/// through sysfs.
void add_nvidia_node(const Roots& roots, const std::string& address, std::vector<Node>& nodes) {
    const std::string information =
        read_text(roots.proc / "driver/nvidia/gpus" / address / "information").value_or("");
    constexpr std::string_view key = "Device Minor:";
    const std::size_t at = information.find(key);
    if (at == std::string::npos)
        return;
    const std::size_t begin = information.find_first_not_of(" \t", at + key.size());
    if (begin == std::string::npos)
        return;
    const std::size_t end = information.find_first_not_of("0123456789", begin);
    const std::string text = information.substr(begin, end - begin);
    if (const std::optional<unsigned> minor = number(text))
        nodes.push_back({makedev(nvidia_major, *minor), "/dev/nvidia" + text});
}

/// Every existing node of NVIDIA's character devices: their names in /proc/devices all begin with
/// "nvidia".
std::vector<Node> nvidia_nodes(const Roots& roots) {
    std::vector<unsigned> majors{nvidia_major};
    const std::string devices = read_text(roots.proc / "devices").value_or("");
    for (std::size_t line = 0; line < devices.size();) {
        const std::size_t end = std::min(devices.find('\n', line), devices.size());
        const std::string_view text = std::string_view(devices).substr(line, end - line);
        const std::size_t name = text.find("nvidia");
        const std::size_t digits = text.find_first_not_of(' ');
        if (name != std::string_view::npos && digits < name)
            if (const auto major = number(text.substr(digits, text.find(' ', digits) - digits)))
                majors.push_back(*major);
        line = end + 1;
    }
    std::vector<Node> nodes;
    const auto add = [&](const fs::path& directory) {
        for (const std::string& name : list(directory)) {
            if (!name.starts_with("nvidia"))
                continue;
            struct stat status {};
            const fs::path path = directory / name;
            if (::stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) &&
                std::ranges::find(majors, major(status.st_rdev)) != majors.end())
                nodes.push_back({status.st_rdev, path.string()});
        }
    };
    add(roots.dev);
    add(roots.dev / "nvidia-caps");
    return nodes;
}

void add_group_node(const Roots& roots, const std::string& address, std::vector<Node>& nodes) {
    const std::optional<std::string> group = link_name(roots.function(address) / "iommu_group");
    if (!group)
        return;
    const std::optional<std::string> numbers = read_text(roots.sys / "class/vfio" / *group / "dev");
    if (const std::optional<dev_t> device = numbers ? device_number(*numbers) : std::nullopt)
        nodes.push_back({*device, "/dev/vfio/" + *group});
}

/// The nodes of the functions that the module's PCI drivers have.
void add_module(const Roots& roots, const std::string& module, std::vector<Node>& nodes) {
    constexpr std::string_view pci = "pci:";
    for (const std::string& driver : list(roots.module(module) / "drivers"))
        if (driver.starts_with(pci))
            for (const std::string& entry : list(roots.pci_driver(driver.substr(pci.size()))))
                if (entry.find(':') != std::string::npos)
                    std::ranges::copy(nodes_of_function(roots, entry), std::back_inserter(nodes));
    const std::optional<std::string> kfd =
        module == "amdgpu" ? read_text(roots.sys / "class/kfd/kfd/dev") : std::nullopt;
    if (const std::optional<dev_t> device = kfd ? device_number(*kfd) : std::nullopt)
        nodes.push_back({*device, "/dev/kfd"}); // compute processes, on all cards of the driver
}

} // namespace

std::vector<Node> nodes_of_function(const Roots& roots, const std::string& address) {
    return nodes_of(roots, address, devices_below(roots, address));
}

std::vector<Node> nodes_of(const Roots& roots, const std::string& address,
                           const std::vector<Device>& devices) {
    std::vector<Node> nodes;
    for (const Device& device : devices)
        if (device.subsystem != "block")
            add_device(device, nodes);
    add_nvidia_node(roots, address, nodes);
    add_group_node(roots, address, nodes);
    return nodes;
}

std::vector<Node> nodes_of_modules(const Roots& roots, const std::vector<std::string>& modules) {
    std::vector<Node> nodes;
    for (const std::string& module : modules)
        add_module(roots, module, nodes);
    if (std::ranges::any_of(modules, [](const auto& name) { return name.starts_with("nvidia"); }))
        std::ranges::copy(nvidia_nodes(roots), std::back_inserter(nodes));
    return nodes;
}

} // namespace handoff
