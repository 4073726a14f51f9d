// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/uses.hpp"

#include "libhandoff/library.hpp"

#include <algorithm>
#include <array>
#include <ifaddrs.h>
#include <memory>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>

extern "C" {
#include <pci/pci.h>
}

namespace handoff {
namespace {

namespace fs = std::filesystem;

/// With multipath, a path of an NVMe disk is "nvme0c0n1", and what is mounted is "nvme0n1".
std::string disk_name(const std::string& name) {
    const std::size_t path = name.find('c');
    const std::size_t space = name.find('n', path);
    if (!name.starts_with("nvme") || path == std::string::npos || space == std::string::npos)
        return name;
    return name.substr(0, path) + name.substr(space);
}

/// Mount points by the device's number, and by the name of its node (btrfs has numbers of its own).
std::vector<std::string> mounts_of(const Roots& roots, const std::string& name,
                                   const std::string& number) {
    std::vector<std::string> points;
    std::istringstream mounts(read_file(roots.proc / "self/mountinfo").value_or(""));
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string id;
        std::string parent;
        std::string device;
        std::string root;
        std::string point;
        fields >> id >> parent >> device >> root >> point;
        const bool by_name = line.find(" /dev/" + name + " ") != std::string::npos;
        if (device == number || by_name)
            points.push_back(point);
    }
    return points;
}

bool is_swap(const Roots& roots, const std::string& name) {
    return read_file(roots.proc / "swaps").value_or("").find("/dev/" + name + " ") !=
           std::string::npos;
}

void add_block_uses(const Roots& roots, const fs::path& block, std::vector<std::string>& uses) {
    const std::string name = block.filename();
    const std::string number = read_text(block / "dev").value_or("");
    for (const std::string& point : mounts_of(roots, name, number))
        uses.push_back(point + " is mounted from /dev/" + name);
    if (is_swap(roots, name))
        uses.push_back("/dev/" + name + " is swap");
    for (const std::string& holder : list(block / "holders"))
        uses.push_back("/dev/" + name + " belongs to " + holder);
}

void add_disk_uses(const Roots& roots, const fs::path& found, std::vector<std::string>& uses) {
    const std::string name = disk_name(found.filename());
    if (name == found.filename())
        return add_block_uses(roots, found, uses);
    // The disk itself and its partitions lie elsewhere, below no function.
    const fs::path disk = roots.sys / "class/block" / name;
    add_block_uses(roots, disk, uses);
    for (const std::string& entry : list(disk))
        if (fs::exists(disk / entry / "partition"))
            add_block_uses(roots, disk / entry, uses);
}

std::set<std::string> interfaces_with_an_address() {
    std::set<std::string> names;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return names;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next)
        if (entry->ifa_addr != nullptr &&
            (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6))
            names.insert(entry->ifa_name);
    return names;
}

int id(const Roots& roots, const std::string& address, const char* which) {
    return std::stoi(read_text(roots.function(address) / which).value_or("0"), nullptr, 16);
}

} // namespace

std::vector<std::string> uses_of(const Roots& roots, const std::vector<Device>& devices) {
    std::vector<std::string> uses;
    std::vector<std::string> interfaces;
    for (const Device& device : devices) {
        const std::string name = device.directory.filename();
        if (device.subsystem == "block")
            add_disk_uses(roots, device.directory, uses);
        if (device.subsystem == "net")
            interfaces.push_back(name);
    }
    if (interfaces.empty())
        return uses;
    const std::set<std::string> addressed = interfaces_with_an_address();
    for (const std::string& name : interfaces)
        if (addressed.contains(name))
            uses.push_back(name + " has an address");
    return uses;
}

std::string name_of_function(const Roots& roots, const std::string& address) {
    const int vendor = id(roots, address, "vendor");
    const int device = id(roots, address, "device");
    const Library pci("libpci.so.3");
    decltype(pci_alloc)* const allocate = pci["pci_alloc"];
    decltype(pci_cleanup)* const clean_up = pci["pci_cleanup"];
    decltype(pci_lookup_name)* const look_up = pci["pci_lookup_name"];
    const std::unique_ptr<pci_access, decltype(clean_up)> access(allocate(), clean_up);
    // Only the list that comes with it: its cache and hwdb call a function for debug messages,
    // which only pci_init() sets.
    access->id_lookup_mode = PCI_LOOKUP_NO_HWDB;
    std::array<char, 128> name{};
    const char* text = look_up(access.get(), name.data(), static_cast<int>(name.size()),
                               PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, vendor, device);
    return text == nullptr ? std::string() : text;
}

} // namespace handoff
