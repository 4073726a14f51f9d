// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sysfs.hpp"

#include <string>
#include <vector>

namespace handoff {

/// The driver of a firmware framebuffer ("efi-framebuffer" of "efi-framebuffer.0"); empty if it is
/// bound to none.
std::string firmware_driver(const Roots& roots, const std::string& platform_device);

/// The platform devices of the firmware's framebuffer that lies in the function's memory, by
/// /proc/iomem. vfio-pci drives it out by itself, but only from VGA controllers
/// (drivers/vfio/pci/vfio_pci_core.c: vfio_pci_vga_init): elsewhere QEMU then cannot map the
/// memory.
std::vector<std::string> firmware_framebuffers(const Roots& roots, const std::string& address);

} // namespace handoff
