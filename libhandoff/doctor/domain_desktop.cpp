// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"
#include "libhandoff/doctor/checks.hpp"

#include <algorithm>

namespace handoff::doctor {
namespace {

/// A USB controller of the host is the guest's, with all that is plugged into it; a card's own has
/// a socket beside those for screens.
bool has_usb_controller(const Patient& patient) {
    constexpr unsigned usb = 0x0c03;
    return std::ranges::any_of(patient.guest->devices, [&](const GuestDevice& device) {
        const Pci* function = patient.function(device.address);
        const bool of_card = std::ranges::any_of(patient.cards, [&](const Card& card) {
            return slot_of(card.gpu.address) == slot_of(device.address);
        });
        return function != nullptr && !of_card && function->device_class >> 8U == usb;
    });
}

} // namespace

void check_video(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    if (patient.candidates().empty())
        return;
    if (guest.video.empty())
        return found.ok("the card is the guest's only one");
    found.ok("an emulated card (" + guest.video + ") beside it",
             "if the guest's windows open on a screen that nobody sees, set <video><model "
             "type='none'/></video> once the card's driver is installed");
}

void check_input(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    const std::string remedy = "run\ngpu-handoff setup " + quoted(guest.name) +
                               " --keyboard DEVICE --mouse DEVICE\nor add the keyboard and the "
                               "mouse as USB host devices";
    for (const std::string& device : guest.evdev)
        if (!patient.evidence.exists(device))
            found.failure(device + ", which the domain names, is not there: it will not start",
                          "plug it in, or remove its <input>");
    if (!found.all().empty())
        return;
    if (!guest.evdev.empty())
        return found.ok("input devices of the host (evdev)");
    if (guest.usb || has_usb_controller(patient))
        return found.ok("USB of the host");
    if (patient.leaves_none())
        return found.warning("nobody can type into the guest: the host has no screen left, and no "
                             "keyboard or mouse goes to the guest",
                             remedy);
    if (guest.viewer)
        return found.ok("through the viewer on the host's screen");
    found.warning("no keyboard or mouse goes to the guest", remedy);
}

void check_sound(const Patient& patient, Findings& found) {
    for (const std::string& kind : patient.guest->sounds) {
        const bool of_session =
            kind == "pulseaudio" || kind == "pipewire" || kind == "spice" || kind == "jack";
        if (!of_session || !patient.leaves_none())
            continue;
        found.warning("it goes through " + kind + ", and ends with the desktop",
                      kind == "spice" || kind == "jack"
                          ? "use the card's own sound (its screen or HDMI), or a USB sound device"
                          : "use the card's own sound (its screen or HDMI), or keep the sound "
                            "server running without the desktop:\nloginctl enable-linger USER");
    }
    if (found.all().empty() && !patient.guest->sounds.empty())
        found.ok(joined(patient.guest->sounds));
}

/// When the computer starts, the card goes to the guest before the display manager has it: what did
/// not run is not started at the guest's end.
void check_autostart(const Patient& patient, Findings& found) {
    const std::string& name = patient.guest->name;
    if (patient.leaves_none() &&
        patient.evidence.exists("/etc/libvirt/qemu/autostart/" + name + ".xml"))
        found.warning("the domain starts with the computer, and when it ends there is no desktop",
                      "run\nvirsh autostart --disable " + quoted(name) +
                          "\nor start the display manager by hand then");
}

} // namespace handoff::doctor
