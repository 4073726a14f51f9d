// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor.hpp"

#include "libhandoff/doctor/checks.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace handoff {
namespace {

using doctor::Findings;
using doctor::Patient;

struct Check {
    const char* name;
    void (*look)(const Patient& patient, Findings& found);
    bool of_domain = false;
};

constexpr std::array<Check, 35> checks{{
    {"virtualisation", doctor::check_virtualisation},
    {"NX", doctor::check_nx},
    {"IOMMU in the firmware", doctor::check_firmware_iommu},
    {"IOMMU in the kernel", doctor::check_kernel_iommu},
    {"interrupt remapping", doctor::check_interrupt_remapping},
    {"vfio", doctor::check_vfio},
    {"cards", doctor::check_cards},
    {"primary card", doctor::check_primary},
    {"IOMMU group", doctor::check_groups},
    {"ACS", doctor::check_acs},
    {"ROM", doctor::check_rom},
    {"driver", doctor::check_drivers},
    {"NVIDIA's driver", doctor::check_nvidia},
    {"reset", doctor::check_reset},
    {"memory window", doctor::check_bar},
    {"power", doctor::check_power},
    {"leftovers", doctor::check_command_line},
    {"leftovers", doctor::check_modprobe},
    {"leftovers", doctor::check_initramfs},
    {"leftovers", doctor::check_driverctl},
    {"leftovers", doctor::check_old_hooks},
    {"libvirt", doctor::check_daemon},
    {"hook", doctor::check_hook},
    {"hook seen", doctor::check_hook_seen},
    {"confinement", doctor::check_confinement},
    {"domain's file", doctor::check_file, true},
    {"domain's card", doctor::check_devices, true},
    {"managed", doctor::check_managed, true},
    {"machine", doctor::check_machine, true},
    {"hypervisor", doctor::check_hiding, true},
    {"memory", doctor::check_memory, true},
    {"video", doctor::check_video, true},
    {"keyboard and mouse", doctor::check_input, true},
    {"sound", doctor::check_sound, true},
    {"autostart", doctor::check_autostart, true},
}};

/// What one check says, whatever happens to it.
std::vector<Finding> run(const Check& check, const Patient& patient) {
    Findings found(check.name);
    try {
        check.look(patient, found);
    } catch (const Denied& denied) {
        found.unknown(denied.path() + " may not be read", "run it as root");
    } catch (const std::exception& error) {
        found.unknown(error.what(), "");
    }
    return found.all();
}

std::string indented(const std::string& text, std::size_t columns) {
    std::string lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.append(columns, ' ').append(text, begin, end - begin).append("\n");
        begin = end + 1;
    }
    return lines;
}

} // namespace

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return "ok";
    case Verdict::warning:
        return "warning";
    case Verdict::failure:
        return "failure";
    case Verdict::unknown:
        break;
    }
    return "unknown";
}

std::vector<Finding> examine(const Evidence& evidence,
                             const std::optional<std::string>& domain_xml) {
    const Patient patient = doctor::admit(
        evidence, domain_xml ? std::optional(essence_of_domain(*domain_xml)) : std::nullopt);
    std::vector<Finding> findings;
    for (const Check& check : checks)
        if (!check.of_domain || patient.guest)
            std::ranges::copy(run(check, patient), std::back_inserter(findings));
    return findings;
}

std::string text_of(const std::vector<Finding>& findings) {
    constexpr std::size_t width = 9;
    std::string text;
    for (const Finding& finding : findings) {
        std::string verdict(name_of(finding.verdict));
        verdict.resize(width, ' ');
        text.append(verdict).append(finding.check).append(": ").append(finding.seen).append("\n");
        text.append(indented(finding.remedy, width));
    }
    return text;
}

} // namespace handoff
