// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/screens.hpp"

#include "libhandoff/host/subjects.hpp"

#include <string_view>
#include <system_error>

namespace handoff {
namespace {

/// "card0" of "card0-HDMI-A-1"; empty if the name is no connector's.
std::string_view card_of(std::string_view name) {
    const std::size_t dash = name.find('-');
    const bool real = name.starts_with("card") && dash != std::string_view::npos &&
                      name.find("Writeback") == std::string_view::npos;
    return real ? name.substr(0, dash) : std::string_view();
}

/// The card's parent: a PCI function's address, or another device's name.
std::string parent_of(const std::filesystem::path& card) {
    std::error_code absent;
    return std::filesystem::canonical(card / "device", absent).filename().string();
}

} // namespace

std::map<std::string, std::vector<Connector>> connectors(const Roots& roots) {
    const std::filesystem::path directory = roots.sys / "class/drm";
    std::map<std::string, std::vector<Connector>> found;
    for (const std::string& name : list(directory)) {
        if (name.starts_with("card") && name.find('-') == std::string::npos)
            found[parent_of(directory / name)];
        const std::string_view card = card_of(name);
        if (card.empty())
            continue;
        const std::string parent = parent_of(directory / card);
        // It takes the card's mode lock, which a driver in trouble keeps.
        const std::string status =
            guarded(parent, [&] { return read_text(directory / name / "status").value_or(""); });
        const bool lit = read_text(directory / name / "enabled") == "enabled" &&
                         read_text(directory / name / "dpms").value_or("On") == "On";
        if (!status.empty())
            found[parent].push_back({name.substr(card.size() + 1), status, lit});
    }
    return found;
}

std::map<std::string, std::vector<std::string>> screens(const Roots& roots) {
    std::map<std::string, std::vector<std::string>> found;
    for (const auto& [parent, all] : connectors(roots)) {
        std::vector<std::string>& names = found[parent];
        for (const Connector& connector : all)
            if (connector.status != "disconnected")
                names.push_back(connector.name);
        // With nvidia_drm modeset=0 the kernel knows no connectors, and Xorg draws all the same.
        if (all.empty() && link_name(roots.function(parent) / "driver") == "nvidia" &&
            read_text(roots.module("nvidia_drm") / "parameters/modeset") != "Y")
            names.emplace_back("unknown");
    }
    return found;
}

} // namespace handoff
