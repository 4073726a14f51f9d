// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/reserve.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/udev.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace handoff {
namespace {

/// The files are written: a failure from here on is no failure, but it counts later.
bool let_udev_know(const std::string& address) {
    try {
        if (reload_udev_rules()) {
            apply_udev_rules({}, address);
            return true;
        }
    } catch (const std::exception& error) {
        log_warning("reserve " + address + ": " + error.what());
    }
    return false;
}

bool concerns_sessions(const Reservation& reservation) {
    return std::ranges::any_of(reservation.changes, [](const FileChange& change) {
        return change.file.extension() == ".conf";
    });
}

const char* done_to(const FileChange& change) {
    return change.after ? "installed" : "removed";
}

std::string text_of(const std::string& address, bool reserved, const Reservation& done,
                    bool udev_knows) {
    std::string text = address;
    if (done.changes.empty()) {
        text += reserved ? " is reserved already.\n" : " is not reserved.\n";
    } else {
        text += reserved ? " is kept from desktops, for virtual machines:\n"
                         : " belongs to the desktop again:\n";
        for (const FileChange& change : done.changes)
            text += "  " + change.file.string() + " " + done_to(change) + "\n";
        text += udev_knows ? "It counts from the next login on; a desktop that runs now stays as "
                             "it is.\n"
                           : "udev could not be told: it counts after a restart.\n";
        if (concerns_sessions(done))
            text += "For programs of a session that use EGL, GLX or Vulkan it counts after a "
                    "restart.\n";
        if (reserved)
            text += "To take it back: gpu-handoff reserve " + address + " --remove\n";
    }
    for (const std::string& warning : done.warnings)
        text += "Note: " + warning + ".\n";
    return text;
}

nlohmann::ordered_json json_of(const std::string& address, bool reserved, const Reservation& done,
                               bool udev_knows) {
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const FileChange& change : done.changes)
        files.push_back({{"path", change.file.string()}, {"done", done_to(change)}});
    const bool after_restart = !done.changes.empty() && (!udev_knows || concerns_sessions(done));
    return {{"gpu", address},
            {"reserved", reserved},
            {"files", files},
            {"needs_restart", after_restart},
            {"warnings", done.warnings}};
}

} // namespace

int run_reserve(const ReserveRequest& asked) {
    require_root("reserve");
    const std::optional<std::string> address = parse_address(asked.gpu);
    if (!address)
        throw Error(asked.gpu, "is not a PCI address such as 0000:01:00.0",
                    "gpu-handoff list names the cards");
    const bool reserved = !asked.remove;
    const Reservation done = reserved ? reserve({}, *address) : end_reservation({}, *address);
    for (const FileChange& change : done.changes)
        log_info("reserve " + *address + ": " + change.file.string() + " " + done_to(change));
    const bool udev_knows = !done.changes.empty() && let_udev_know(*address);
    if (asked.json)
        print_json(json_of(*address, reserved, done, udev_knows));
    else
        print(text_of(*address, reserved, done, udev_knows));
    return 0;
}

} // namespace handoff
