// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/evidence.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// What was read of a machine, as text: a line for every path, sorted.
///
///     # a comment
///     =libvirt: ok                                    what somebody answered
///     /sys/class/iommu/dmar0                          it is there
///     /sys/bus/pci/devices/0000:01:00.0/class: 0x030000
///     /sys/bus/pci/devices/0000:01:00.0/driver -> ../../bus/pci/drivers/nvidia
///     /etc/libvirt/hooks/qemu @ 0120777 root 1760000000000000
///     /boot/loader/entries !                          may not be read
///     /etc/modprobe.d/vfio.conf:
///       3: options vfio-pci ids=10de:2684             its third line
std::string recording_of(const Evidence& evidence);

/// The machine of such a text. Throws Error with the number of a line that is none.
Evidence read_recording(std::string_view text);

/// The text without what tells whose machine it is: identifiers of disks and networks, directories
/// of people, and each of the `names` (of the host and of people).
std::string anonymous(std::string text, const std::vector<std::string>& names);

} // namespace handoff
