// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/boot_loader.hpp"
#include "libhandoff/doctor/checks.hpp"

#include <algorithm>

namespace handoff::doctor {
namespace {

constexpr const char* cpuinfo = "/proc/cpuinfo";
constexpr const char* tables = "/sys/firmware/acpi/tables/";

/// Whether the processor has a flag, as far as the firmware lets it.
bool has_flag(const Evidence& evidence, const std::string& flag) {
    const auto flags = evidence.line_with(cpuinfo, "flags");
    return flags && has(flags->text + " ", " " + flag + " ");
}

bool is_intel(const Evidence& evidence) {
    const auto vendor = evidence.line_with(cpuinfo, "vendor_id");
    return vendor && has(vendor->text, "GenuineIntel");
}

bool iommu_in_firmware(const Evidence& evidence) {
    return evidence.exists(std::string(tables) + "DMAR") ||
           evidence.exists(std::string(tables) + "IVRS");
}

bool iommu_in_kernel(const Evidence& evidence) {
    return !evidence.list("/sys/class/iommu").empty();
}

/// The words of the kernel's command line that concern the IOMMU.
std::vector<std::string> iommu_parameters(const Evidence& evidence) {
    return evidence.words("/proc/cmdline", [](std::string_view word) {
        return word.starts_with("iommu=") || word.starts_with("intel_iommu=") ||
               word.starts_with("amd_iommu=") || word.starts_with("intremap=") ||
               word == "nointremap";
    });
}

/// The one that turns off what is looked for.
std::string parameter_that_turns_off(const std::vector<std::string>& parameters,
                                     const std::vector<std::string>& switches) {
    for (const std::string& parameter : parameters)
        if (std::ranges::find(switches, parameter) != switches.end())
            return parameter;
    return {};
}

} // namespace

void check_virtualisation(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    const bool vmx = has_flag(evidence, "vmx");
    const bool svm = has_flag(evidence, "svm");
    if (!vmx && !svm)
        return found.failure(
            "the processor offers none",
            is_intel(evidence)
                ? "turn on Intel Virtualization Technology (VT-x) in the firmware's setup"
                : "turn on SVM Mode (AMD-V) in the firmware's setup");
    const std::string seen = vmx ? "VT-x" : "AMD-V";
    if (!evidence.exists("/dev/kvm"))
        return found.warning(seen + ", but there is no /dev/kvm",
                             std::string("run\nmodprobe ") + (vmx ? "kvm_intel" : "kvm_amd"));
    found.ok(seen);
}

void check_nx(const Patient& patient, Findings& found) {
    if (has_flag(patient.evidence, "nx"))
        return found.ok("on");
    found.failure("the processor offers none", "turn on Execute Disable (XD, NX, No-Execute Memory "
                                               "Protection) in the firmware's setup");
}

void check_firmware_iommu(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    if (evidence.exists(std::string(tables) + "DMAR"))
        return found.ok("VT-d (ACPI table DMAR)");
    if (evidence.exists(std::string(tables) + "IVRS"))
        return found.ok("AMD-Vi (ACPI table IVRS)");
    if (iommu_in_kernel(evidence))
        return found.ok("the kernel has one");
    found.failure("the firmware offers none (no ACPI table DMAR or IVRS)",
                  is_intel(evidence) ? "turn on VT-d in the firmware's setup"
                                     : "turn on IOMMU (AMD-Vi) in the firmware's setup; Auto is "
                                       "often off");
}

void check_kernel_iommu(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    if (iommu_in_kernel(evidence)) {
        const bool none =
            !patient.cards.empty() && std::ranges::all_of(patient.cards, [](const Card& card) {
                return card.gpu.group.empty();
            });
        if (none)
            return found.failure("it is on, but no graphics card is in a group of it",
                                 "update the firmware: its tables leave the card out");
        return found.ok("on");
    }
    if (!iommu_in_firmware(evidence))
        return; // the firmware comes first
    const std::string off = parameter_that_turns_off(
        iommu_parameters(evidence), {"iommu=off", "intel_iommu=off", "amd_iommu=off"});
    if (!off.empty())
        return found.failure("turned off by " + off, how_to_remove(evidence, off));
    if (evidence.exists(std::string(tables) + "DMAR"))
        return found.failure("off", how_to_add(evidence, "intel_iommu=on"));
    found.failure("off although the firmware offers it",
                  "look for AMD-Vi in the kernel's log: journalctl -k -g AMD-Vi");
}

void check_interrupt_remapping(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    if (!iommu_in_kernel(evidence))
        return;
    if (evidence.line_with("/proc/interrupts", " IR-"))
        return found.ok("on");
    const std::string off = parameter_that_turns_off(
        iommu_parameters(evidence), {"intremap=off", "nointremap", "iommu=nointremap"});
    const std::string wrong = "off: libvirt will not start a domain with a card";
    if (!off.empty())
        return found.failure(wrong, how_to_remove(evidence, off));
    found.failure(wrong, "turn on x2APIC or interrupt remapping in the firmware's setup, or update "
                         "the firmware");
}

void check_vfio(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    if (evidence.exists("/sys/bus/pci/drivers/vfio-pci"))
        return found.ok("vfio-pci is loaded");
    const std::string release = evidence.text("/proc/sys/kernel/osrelease").value_or("");
    const std::string modules = "/usr/lib/modules/" + release;
    if (!evidence.exists(modules))
        return found.failure(
            "the modules of the running kernel " + release + " are gone",
            "if the kernel was updated, restart the computer; if you built it, run make "
            "modules_install");
    for (const std::string& name : evidence.list(modules + "/kernel/drivers/vfio/pci"))
        if (name.starts_with("vfio-pci.ko"))
            return found.ok("vfio-pci is there");
    found.failure("the kernel " + release + " has no vfio-pci",
                  "install the package that has all of the kernel's modules, or a kernel with "
                  "CONFIG_VFIO_PCI");
}

} // namespace handoff::doctor
