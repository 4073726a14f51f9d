// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/devices.hpp"

#include <system_error>

namespace handoff {
namespace {

namespace fs = std::filesystem;

/// One look at each directory, whose entries tell by themselves whether they are links: a card has
/// hundreds.
void collect(const fs::path& directory, std::vector<Device>& devices) {
    std::error_code gone; // a device may vanish while its tree is read
    for (auto entry = fs::directory_iterator(directory, gone);
         !gone && entry != fs::directory_iterator(); entry.increment(gone)) {
        const bool is_link = entry->is_symlink(gone);
        if (is_link && entry->path().filename() == "subsystem")
            devices.push_back({directory, link_name(entry->path()).value_or("")});
        // Every device has a directory "power", which holds no device.
        if (!is_link && entry->is_directory(gone) && entry->path().filename() != "power")
            collect(entry->path(), devices);
    }
}

} // namespace

std::vector<Device> devices_below(const Roots& roots, const std::string& address) {
    std::vector<Device> devices;
    std::error_code absent;
    const fs::path directory = fs::canonical(roots.function(address), absent);
    if (!absent)
        collect(directory, devices);
    return devices;
}

} // namespace handoff
