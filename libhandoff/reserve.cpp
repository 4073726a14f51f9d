// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/reserve.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/devices.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/machine.hpp"

#include <algorithm>

namespace handoff {
namespace {

constexpr std::string_view nvidia = "0x10de";

std::string by_command(const std::string& arguments) {
    return "gpu-handoff reserve " + arguments + "; --remove takes it back";
}

/// After 71-seat.rules, which sets the tags, and before 73-seat-late.rules, which uses them.
std::filesystem::path rule_file(const Roots& roots, const std::string& address) {
    return roots.host_etc / "udev/rules.d" / ("72-gpu-handoff-" + address + ".rules");
}

/// A later name wins in environment.d.
std::filesystem::path mesa_file(const Roots& roots) {
    return roots.host_etc / "environment.d/90-gpu-handoff-mesa.conf";
}

std::string id_of(const Roots& roots, const std::string& address, const char* attribute) {
    return read_text(roots.function(address) / attribute).value_or("");
}

/// By the function's address, and not by ID_PATH, which DRM cards get only in 71-seat.rules; and by
/// its ids, so that the rule is not for whatever comes into that slot one day. The pattern is for
/// the card's connectors too: 71-seat.rules calls each of them the master of a seat.
/// (What is taken away are the tags that count, CURRENT_TAGS; TAGS keeps all there ever were.)
std::string rule_text(const Roots& roots, const std::string& address) {
    const std::string its = R"(SUBSYSTEM=="drm", KERNEL=="card[0-9]*", KERNELS==")" + address +
                            R"(", ATTRS{vendor}==")" + id_of(roots, address, "vendor") +
                            R"(", ATTRS{device}==")" + id_of(roots, address, "device") + "\", ";
    return stamped(
        by_command(address),
        "# Keeps desktops off this GPU: its card is on a seat for which nobody logs in.\n"
        "# Its renderD* node, on which programs render and compute, is not touched.\n"
        "ACTION!=\"remove\", " +
            its +
            "ENV{ID_SEAT}=\"seat-guest\", TAG-=\"seat\", TAG-=\"master-of-seat\"\n"
            "# A desktop that has it from before listens to events of its own seat only.\n"
            "ACTION==\"remove\", " +
            its + "ENV{ID_SEAT}=\"\"\n");
}

/// VK_LOADER_DRIVERS_DISABLE is a pattern for the names of the drivers' files; the Vulkan loader
/// of Debian 12, 1.3.239, knows it. The others are libglvnd's.
std::string mesa_text(const std::filesystem::path& vendor) {
    return stamped(
        by_command("with the last NVIDIA card"),
        "# Every NVIDIA card is kept for virtual machines, and a desktop that has only "
        "asked\n"
        "# NVIDIA's EGL or Vulkan for its screens keeps /dev/nvidia* open from then on.\n"
        "__EGL_VENDOR_LIBRARY_FILENAMES=" +
            vendor.string() +
            "\n__GLX_VENDOR_LIBRARY_NAME=mesa\nVK_LOADER_DRIVERS_DISABLE=*nvidia*\n");
}

/// What tells libglvnd of Mesa's EGL; nothing without Mesa.
std::optional<std::filesystem::path> mesa_vendor(const Roots& roots) {
    for (const std::filesystem::path& root : {roots.host_etc, roots.usr / "share"})
        for (const std::string& name : list(root / "glvnd/egl_vendor.d"))
            if (name.ends_with("_mesa.json"))
                return root / "glvnd/egl_vendor.d" / name;
    return std::nullopt;
}

bool is_reserved(const Roots& roots, const std::string& address) {
    return std::filesystem::exists(rule_file(roots, address));
}

std::vector<std::string> gpus(const Roots& roots) {
    std::vector<std::string> found;
    for (const std::string& address : list(roots.sys / "bus/pci/devices"))
        if (is_display(roots, address))
            found.push_back(address);
    return found;
}

/// The GPUs that desktops may use, but for those on the card of this one.
std::vector<std::string> other_gpus(const Roots& roots, const std::string& address) {
    std::vector<std::string> others = gpus(roots);
    std::erase_if(others, [&](const std::string& other) {
        return slot_of(other) == slot_of(address) || is_reserved(roots, other);
    });
    return others;
}

struct Screens {
    bool possible = false;  ///< it has a connector
    bool connected = false; ///< a screen is there, or the driver cannot tell
};

Screens screens_of(const Roots& roots, const std::string& address) {
    Screens screens;
    for (const Device& device : devices_below(roots, address)) {
        const std::optional<std::string> status = read_text(device.directory / "status");
        const bool is_memory = device.directory.string().find("-Writeback-") != std::string::npos;
        if (device.subsystem != "drm" || !status || is_memory)
            continue;
        screens.possible = true;
        screens.connected = screens.connected || *status != "disconnected";
    }
    return screens;
}

void require_gpu(const Roots& roots, const std::string& address) {
    constexpr std::string_view names = "lspci -D | grep -Ei 'vga|3d|display' names the cards";
    if (!std::filesystem::exists(roots.function(address)))
        throw Error(address, "there is no such PCI device", names);
    if (!is_display(roots, address))
        throw Error(address, "is not a graphics card", names);
}

void require_screen_elsewhere(const Roots& roots, const std::string& address) {
    Screens elsewhere;
    std::string where;
    for (const std::string& other : other_gpus(roots, address)) {
        const Screens screens = screens_of(roots, other);
        if (screens.possible && where.empty())
            where = other;
        elsewhere.possible = elsewhere.possible || screens.possible;
        elsewhere.connected = elsewhere.connected || screens.connected;
    }
    if (!elsewhere.possible)
        throw Error(address, "no other GPU has a way out to a screen: the desktop needs this one",
                    "leave it; display = \"auto\" ends the desktop while a domain runs");
    if (!elsewhere.connected && screens_of(roots, address).connected)
        throw Error(address, "only this GPU has a screen connected: the desktop would have none",
                    "connect one to " + where + " first");
}

/// Whether every NVIDIA card, of which there is one, is reserved when this one is or is not.
bool all_nvidia_reserved(const Roots& roots, const std::string& address, bool reserving) {
    bool any = false;
    for (const std::string& gpu : gpus(roots)) {
        if (id_of(roots, gpu, "vendor") != nvidia)
            continue;
        if (gpu == address ? !reserving : !is_reserved(roots, gpu))
            return false;
        any = true;
    }
    return any;
}

/// What the file that keeps sessions on Mesa shall be, as far as this GPU matters to it.
std::vector<FileChange> mesa_changes(const Roots& roots, const std::string& address, bool reserving,
                                     Reservation& result) {
    const std::string vendor = id_of(roots, address, "vendor");
    if (!vendor.empty() && vendor != nvidia)
        return {};
    std::optional<std::string> text;
    if (all_nvidia_reserved(roots, address, reserving)) {
        if (const auto mesa = mesa_vendor(roots))
            text = mesa_text(*mesa);
        else
            result.warnings.emplace_back("Mesa's EGL is not installed: a desktop may still open "
                                         "/dev/nvidia* and keep it open");
    }
    return {change_to(mesa_file(roots), std::move(text))};
}

} // namespace

Reservation reserve(const Roots& roots, const std::string& address) {
    require_gpu(roots, address);
    require_screen_elsewhere(roots, address);
    Reservation result;
    std::vector<FileChange> changes = mesa_changes(roots, address, true, result);
    changes.push_back(change_to(rule_file(roots, address), rule_text(roots, address)));
    result.changes = apply(changes);
    if (id_of(roots, address, "boot_vga") == "1")
        result.warnings.emplace_back(
            "the firmware and the boot still show their text on this card; the firmware's setup "
            "may let you choose another one");
    return result;
}

Reservation end_reservation(const Roots& roots, const std::string& address) {
    Reservation result;
    std::vector<FileChange> changes = mesa_changes(roots, address, false, result);
    changes.push_back(change_to(rule_file(roots, address), std::nullopt));
    result.changes = apply(changes);
    return result;
}

} // namespace handoff
