// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/doctor/patient.hpp"

namespace handoff::doctor {

/// Each says what it finds; nothing where it does not apply.

// firmware.cpp: what the firmware and the kernel must offer
void check_virtualisation(const Patient& patient, Findings& found);
void check_nx(const Patient& patient, Findings& found);
void check_firmware_iommu(const Patient& patient, Findings& found);
void check_kernel_iommu(const Patient& patient, Findings& found);
void check_interrupt_remapping(const Patient& patient, Findings& found);
void check_vfio(const Patient& patient, Findings& found);

// cards.cpp: the graphics cards
void check_cards(const Patient& patient, Findings& found);
void check_primary(const Patient& patient, Findings& found);
void check_groups(const Patient& patient, Findings& found);
void check_acs(const Patient& patient, Findings& found);
void check_rom(const Patient& patient, Findings& found);

// drivers.cpp: facts of their drivers
void check_drivers(const Patient& patient, Findings& found);
void check_nvidia(const Patient& patient, Findings& found);
void check_reset(const Patient& patient, Findings& found);
void check_bar(const Patient& patient, Findings& found);
void check_power(const Patient& patient, Findings& found);

// leftovers.cpp: what setups at boot time leave behind
void check_command_line(const Patient& patient, Findings& found);
void check_modprobe(const Patient& patient, Findings& found);
void check_initramfs(const Patient& patient, Findings& found);
void check_driverctl(const Patient& patient, Findings& found);

// old_hooks.cpp: scripts of other projects
void check_old_hooks(const Patient& patient, Findings& found);

// libvirt.cpp
void check_daemon(const Patient& patient, Findings& found);
void check_hook(const Patient& patient, Findings& found);
void check_hook_seen(const Patient& patient, Findings& found);
void check_confinement(const Patient& patient, Findings& found);

// domain.cpp: the domain, if one is given
void check_file(const Patient& patient, Findings& found);
void check_devices(const Patient& patient, Findings& found);
void check_managed(const Patient& patient, Findings& found);
void check_machine(const Patient& patient, Findings& found);
void check_hiding(const Patient& patient, Findings& found);
void check_memory(const Patient& patient, Findings& found);

// domain_desktop.cpp: what the guest needs of a desktop
void check_video(const Patient& patient, Findings& found);
void check_input(const Patient& patient, Findings& found);
void check_sound(const Patient& patient, Findings& found);
void check_autostart(const Patient& patient, Findings& found);

} // namespace handoff::doctor
