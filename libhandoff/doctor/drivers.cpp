// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/boot_loader.hpp"
#include "libhandoff/doctor/checks.hpp"
#include "libhandoff/version.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace handoff::doctor {
namespace {

std::string attribute(const Card& card, const char* name) {
    return "/sys/bus/pci/devices/" + card.gpu.address + "/" + name;
}

/// A journal means that a domain has a card, or a handoff is under way.
bool is_handed(const Evidence& evidence) {
    try {
        return std::ranges::any_of(evidence.list("/run/gpu-handoff"), [](const std::string& name) {
            return name.ends_with(".journal");
        });
    } catch (const Denied&) {
        return true; // only root knows
    }
}

/// Device numbers of a family, the first and the last.
struct Family {
    const char* name;
    unsigned first;
    unsigned last;
};

/// Those that come back from a guest only once without the module vendor-reset
/// (https://github.com/gnif/vendor-reset).
constexpr std::array<Family, 8> bad_at_reset{{
    {"Vega 20", 0x66a0, 0x66af},
    {"Polaris", 0x67c0, 0x67ff},
    {"Vega 10", 0x6860, 0x687f},
    {"Polaris 12", 0x6980, 0x699f},
    {"Polaris", 0x6fdf, 0x6fdf},
    {"Navi 10", 0x7310, 0x731f},
    {"Navi 14", 0x7340, 0x734f},
    {"Navi 12", 0x7360, 0x736f},
}};
constexpr std::array<Family, 2> reported_at_reset{{
    {"RDNA 4", 0x7550, 0x755f},
    {"RDNA 4", 0x7590, 0x759f},
}};

template <std::size_t size>
const Family* family_of(const std::array<Family, size>& families, const Card& card) {
    const auto found = std::ranges::find_if(families, [&](const Family& family) {
        return card.gpu.device >= family.first && card.gpu.device <= family.last;
    });
    return card.gpu.vendor == amd && found != families.end() ? &*found : nullptr;
}

/// The size of the largest of the card's memory windows, in MiB.
std::uint64_t largest_window(const Evidence& evidence, const Card& card) {
    constexpr std::size_t windows = 6;
    std::uint64_t largest = 0;
    for (const Line& line : evidence.lines(attribute(card, "resource"), [](std::string_view text) {
             return !text.starts_with("0x0000000000000000 ");
         })) {
        std::istringstream fields(line.text);
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        fields >> std::hex >> begin >> end;
        if (fields && line.number <= windows && end > begin)
            largest = std::max(largest, (end - begin + 1) >> 20U);
    }
    return largest;
}

} // namespace

void check_drivers(const Patient& patient, Findings& found) {
    for (const Card* card : patient.candidates()) {
        if (card->gpu.driver == "vfio-pci" && !is_handed(patient.evidence))
            found.warning(card->name() + " is on vfio-pci though no domain has it: the host cannot "
                                         "use it",
                          "remove what binds it at boot (the leftovers below), and restart the "
                          "computer");
        else if (card->gpu.driver.empty())
            found.warning(card->name() + " has no driver: the host cannot use it",
                          "see why in the kernel's log: journalctl -k -g " + card->gpu.address);
        else
            found.ok(card->name() + ": " + card->gpu.driver);
    }
}

void check_nvidia(const Patient& patient, Findings& found) {
    const std::vector<const Card*> candidates = patient.candidates();
    const auto on_nvidia = [](const Card& card) { return card.gpu.driver == "nvidia"; };
    if (std::ranges::none_of(candidates, [&](const Card* card) { return on_nvidia(*card); }))
        return;
    const Evidence& evidence = patient.evidence;
    const std::string version = evidence.text("/sys/module/nvidia/version").value_or("");
    const bool shared = std::ranges::count_if(patient.cards, on_nvidia) > 1;
    const auto is_on = [&](const char* name) {
        return evidence.text("/sys/module/nvidia_drm/parameters/" + std::string(name))
                   .value_or("N") == "Y";
    };
    if (patient.leaves_none() && !(is_on("modeset") && is_on("fbdev")))
        return found.warning(
            version + ": without fbdev, text consoles (Ctrl+Alt+F2) stay dark from the first "
                      "handoff until the computer is restarted",
            is_before(version, nvidia_with_consoles)
                ? "be ready to log in over ssh, or update the driver to " +
                      std::string(nvidia_with_consoles) + " or newer"
                : "write into /etc/modprobe.d/nvidia-drm.conf\noptions nvidia_drm modeset=1 "
                  "fbdev=1\nrun\n" +
                      how_to_rebuild_initramfs(evidence) + "\nand restart the computer");
    if (!shared || !is_before(version, nvidia_that_lets_go) || !is_on("modeset"))
        return found.ok(version);
    found.failure(version + " cannot let go of one of two cards while nvidia_drm has modeset on",
                  "update the driver to " + std::string(nvidia_that_lets_go) +
                      " or newer; or write into /etc/modprobe.d/nvidia-drm.conf\n"
                      "options nvidia_drm modeset=0\nrun\n" +
                      how_to_rebuild_initramfs(evidence) + "\nand restart the computer");
}

void check_reset(const Patient& patient, Findings& found) {
    for (const Card* card : patient.candidates()) {
        if (const Family* family = family_of(reported_at_reset, *card))
            found.warning(card->name() + ", " + family->name +
                              ": reported not to come back from a guest that was cut off",
                          "shut the guest down from inside; if the card stays dark, suspend the "
                          "computer and wake it, or restart it");
        const Family* family = family_of(bad_at_reset, *card);
        if (family == nullptr)
            continue;
        const std::string seen = card->name() + ", " + family->name;
        const std::string method =
            patient.evidence.text(attribute(*card, "reset_method")).value_or("");
        const bool loaded = patient.evidence.exists("/sys/module/vendor_reset");
        if (loaded && has(method, "device_specific"))
            found.ok(seen + ": with vendor-reset");
        else if (loaded)
            found.warning(seen + ": vendor-reset is loaded, but not used for it",
                          "run\necho device_specific > " + attribute(*card, "reset_method") +
                              "\nbefore the first start after each boot");
        else
            found.warning(seen + ": comes back from a guest only once, as a rule",
                          "install the kernel module vendor-reset "
                          "(https://github.com/gnif/vendor-reset), and load it at boot");
    }
}

void check_bar(const Patient& patient, Findings& found) {
    constexpr std::uint64_t small = 256;
    for (const Card* card : patient.candidates()) {
        const std::uint64_t size = largest_window(patient.evidence, *card);
        if (card->integrated || size == 0)
            continue;
        const std::string seen = card->name() + ": " + std::to_string(size) + " MiB";
        if (card->gpu.vendor == intel && size <= small)
            found.warning(seen + ", with which Intel's cards are slow",
                          "turn on Above 4G Decoding and Resizable BAR in the firmware's setup");
        else
            found.ok(seen);
    }
}

void check_power(const Patient& patient, Findings& found) {
    for (const Card* card : patient.candidates()) {
        const std::string state =
            patient.evidence.text(attribute(*card, "power_state")).value_or("");
        if (state != "D3cold")
            continue;
        if (card->gpu.driver.empty() || card->gpu.driver == "vfio-pci")
            found.warning(card->name() + " is without power (D3cold), and may not wake up for a "
                                         "guest",
                          "run\necho 0 > " + attribute(*card, "d3cold_allowed"));
        else
            found.ok(card->name() + " sleeps (D3cold); " + card->gpu.driver + " wakes it");
    }
}

} // namespace handoff::doctor
