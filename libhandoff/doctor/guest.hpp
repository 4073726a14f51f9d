// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::doctor {

/// A PCI function of the host that the domain has.
struct GuestDevice {
    std::string address;
    bool managed = false;
    bool has_rom = true;  ///< the guest sees a ROM: no <rom bar='off'/>
    std::string rom_file; ///< which, if not the card's own
};

/// What the doctor looks at in a domain.
struct Guest {
    std::string name;
    std::string machine; ///< "pc-q35-9.0"
    bool uefi = false;
    std::uint64_t memory = 0;    ///< in KiB
    bool hugepages = false;      ///< its memory is made of them
    std::uint64_t page_size = 0; ///< of these, in KiB; 0 is the host's default
    bool hidden_kvm = false;     ///< <kvm><hidden state='on'/>
    bool vendor_id = false;      ///< Hyper-V's vendor id is set
    std::vector<GuestDevice> devices;
    std::string video;               ///< model of an emulated card; empty without one
    bool viewer = false;             ///< SPICE or VNC shows a screen, and takes keys
    bool usb = false;                ///< a USB device of the host is the guest's
    std::vector<std::string> evdev;  ///< input devices of the host
    std::vector<std::string> sounds; ///< kinds of <audio> that a sound card of the guest has

    [[nodiscard]] const GuestDevice* device(std::string_view address) const;
};

/// Throws Error when the text is no domain XML.
Guest read_guest(std::string_view xml);

} // namespace handoff::doctor
