// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace handoff {

/// A PCI address is a string in sysfs's form, "0000:01:00.0": four (or, with VMD, more) digits of
/// domain, lower case.

/// The address in that form out of "0000:01:00.0" or "01:00.0", any case; nothing if it is not one.
std::optional<std::string> parse_address(std::string_view text);

/// The address of these numbers (as in libvirt's <address>); nothing if one is out of range
/// (bus 0-0xff, slot 0-0x1f, function 0-7).
std::optional<std::string> make_address(unsigned domain, unsigned bus, unsigned slot,
                                        unsigned function);

/// "0000:01:00" of "0000:01:00.1": what all functions of a card share.
std::string_view slot_of(std::string_view address);

} // namespace handoff
