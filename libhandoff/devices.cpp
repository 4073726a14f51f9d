// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/devices.hpp"

namespace handoff {
namespace {

/// One look at each directory, whose entries tell by themselves what they are: a card has hundreds.
void collect(const std::string& directory, std::vector<Device>& devices) {
    for (const Entry& entry : entries(directory)) {
        const std::string path = directory + "/" + entry.name;
        if (entry.is_link && entry.name == "subsystem")
            devices.push_back({directory, link_name(path).value_or("")});
        // Every device has a directory "power", which holds no device.
        if (entry.is_directory && entry.name != "power")
            collect(path, devices);
    }
}

} // namespace

std::vector<Device> devices_below(const Roots& roots, const std::string& address) {
    std::vector<Device> devices;
    collect(roots.function(address), devices);
    return devices;
}

} // namespace handoff
