// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

namespace handoff {

/// A keyboard or a mouse that QEMU reads: the guest and the host take turns with it.
struct Evdev {
    std::string node;      ///< "/dev/input/by-id/...-event-kbd"
    bool keyboard = false; ///< on which both Ctrl keys together give all of them to the other side

    bool operator==(const Evdev&) const = default;
};

/// What a domain shall have.
struct SetupWish {
    std::vector<std::string> functions; ///< of one slot of the host, all of them, in order
    std::vector<Evdev> inputs;
    bool hide_kvm = false; ///< the hypervisor's signature too
};

/// The domain's XML with what is wished for and missing, and with the mark that tells what was
/// added. What is there already is not added again; so a second time changes nothing. The functions
/// become one device with several functions. Throws Error when the guest has no place for it.
std::string set_up(const std::string& xml, const SetupWish& wish);

/// The domain's XML without what the mark says that setup added, as far as it is still there, and
/// without the mark. Throws Error without a mark.
std::string undo_set_up(const std::string& xml);

/// The domain's XML as these two write what they do not change.
std::string as_written(const std::string& xml);

} // namespace handoff
