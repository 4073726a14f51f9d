// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/reserve.hpp"

#include "hook/commands.hpp"
#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/udev.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

namespace handoff {
namespace {

struct Asked {
    std::string gpu;
    bool remove = false;
};

void show_changes(const std::string& address, const Reservation& reservation) {
    for (const FileChange& change : reservation.changes) {
        const std::string text = change.file.string() + (change.after ? " installed" : " removed");
        log_info("reserve " + address + ": " + text);
        std::cout << "  " << text << '\n';
    }
}

void show_warnings(const Reservation& reservation) {
    for (const std::string& warning : reservation.warnings)
        std::cout << "Note: " << warning << ".\n";
}

/// The files are written: a failure from here on is no failure, but it counts later.
void let_udev_know(const std::string& address) {
    try {
        if (reload_udev_rules()) {
            apply_udev_rules({}, address);
            std::cout << "It counts from the next login on; a desktop that runs now stays as it "
                         "is.\n";
            return;
        }
    } catch (const std::exception& error) {
        log_warning("reserve " + address + ": " + error.what());
    }
    std::cout << "udev could not be told: it counts after a restart.\n";
}

bool concerns_sessions(const Reservation& reservation) {
    return std::ranges::any_of(reservation.changes, [](const FileChange& change) {
        return change.file.extension() == ".conf";
    });
}

int reserve_and_show(const Asked& asked) {
    require_root("reserve");
    const std::optional<std::string> address = parse_address(asked.gpu);
    if (!address)
        throw Error(asked.gpu, "is not a PCI address such as 0000:01:00.0",
                    "lspci -D | grep -Ei 'vga|3d|display' names the cards");
    const Reservation done = asked.remove ? end_reservation({}, *address) : reserve({}, *address);
    if (done.changes.empty()) {
        std::cout << *address << (asked.remove ? " is not reserved.\n" : " is reserved already.\n");
        show_warnings(done);
        return 0;
    }
    std::cout << *address
              << (asked.remove ? " belongs to the desktop again:\n"
                               : " is kept from desktops, for virtual machines:\n");
    show_changes(*address, done);
    let_udev_know(*address);
    if (concerns_sessions(done))
        std::cout << "For programs of a session that use EGL, GLX or Vulkan it counts after a "
                     "restart.\n";
    if (!asked.remove)
        std::cout << "To take it back: gpu-handoff reserve " << *address << " --remove\n";
    show_warnings(done);
    return 0;
}

} // namespace

void add_reserve(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    CLI::App* reserve = app.add_subcommand(
        "reserve", "Keeps desktops off a GPU; programs can still render and compute on it");
    reserve->add_option("gpu", asked->gpu, "Its PCI address: 0000:01:00.0")->required();
    reserve->add_flag("--remove", asked->remove, "Lets desktops use it again");
    reserve->callback(
        [asked, &command] { command = [asked] { return reserve_and_show(*asked); }; });
}

} // namespace handoff
