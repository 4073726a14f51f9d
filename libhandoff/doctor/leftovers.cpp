// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/boot_loader.hpp"
#include "libhandoff/doctor/checks.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace handoff::doctor {
namespace {

/// A module's name as the kernel writes it.
std::string module_name(std::string name) {
    std::ranges::replace(name, '-', '_');
    return name;
}

std::vector<std::string> words_of(std::string_view line) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

/// Whether the host needs this driver for its cards; a driver that another one stands in for is
/// rightly kept out.
bool is_needed(const Patient& patient, const std::string& driver) {
    static const std::map<std::string, unsigned> vendors{{"amdgpu", amd},
                                                         {"radeon", amd},
                                                         {"nvidia", nvidia},
                                                         {"nvidia_drm", nvidia},
                                                         {"nvidia_modeset", nvidia},
                                                         {"nvidia_uvm", nvidia},
                                                         {"nouveau", nvidia},
                                                         {"i915", intel},
                                                         {"xe", intel}};
    static const std::map<std::string, std::string> stand_ins{
        {"radeon", "amdgpu"}, {"nouveau", "nvidia"}, {"i915", "xe"}, {"xe", "i915"}};
    const std::string name = module_name(driver);
    if (name == "snd_hda_intel")
        return true;
    const auto vendor = vendors.find(name);
    const auto stand_in = stand_ins.find(name);
    if (vendor == vendors.end())
        return false;
    if (stand_in != stand_ins.end() &&
        (patient.evidence.exists("/sys/module/" + stand_in->second) ||
         (name == "nouveau" && has_program(patient.evidence, "nvidia-smi"))))
        return false;
    return std::ranges::any_of(patient.cards,
                               [&](const Card& card) { return card.gpu.vendor == vendor->second; });
}

/// What a parameter does that is not needed any more; empty if it is none of these.
std::string fault_of_parameter(const Patient& patient, std::string_view parameter) {
    const std::size_t equals = parameter.find('=');
    const std::string name = module_name(std::string(parameter.substr(0, equals)));
    const std::string value(equals == std::string_view::npos ? "" : parameter.substr(equals + 1));
    if (name == "vfio_pci.ids")
        return "takes all cards of these ids from the host at boot";
    if (name == "vfio_pci.disable_vga")
        return "is not needed";
    if (name == "rd.driver.pre" && has(value, "vfio"))
        return "loads vfio before the host's drivers";
    if (name == "kvm.ignore_msrs")
        return "hides faults of guests, and a GPU does not need it";
    if (name == "vfio_iommu_type1.allow_unsafe_interrupts")
        return "lets a guest send interrupts to the host";
    if (parameter == "nomodeset")
        return "keeps all drivers from their cards";
    if (parameter == "initcall_blacklist=sysfb_init" ||
        (name == "video" && value.ends_with("fb:off")))
        return "keeps the boot screen dark, and is not needed since Linux 6.0";
    if (name == "modprobe.blacklist" || name == "rd.driver.blacklist" ||
        name == "module_blacklist") {
        std::istringstream modules(value);
        for (std::string module; std::getline(modules, module, ',');)
            if (is_needed(patient, module))
                return "keeps " + module + " from the host";
    }
    return {};
}

/// The same for a line of modprobe.d(5).
std::string fault_of_modprobe(const Patient& patient, std::string_view line) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2)
        return {};
    const std::string module = module_name(words[1]);
    if (words[0] == "options")
        for (std::size_t i = 2; i < words.size(); ++i)
            if (std::string fault =
                    fault_of_parameter(patient, std::string(module).append(".").append(words[i]));
                !fault.empty())
                return fault;
    if (words[0] == "softdep" && has(line, "vfio"))
        return "loads vfio-pci before " + words[1];
    if (words[0] == "alias" && module_name(words.back()) == "vfio_pci")
        return "takes the cards of this id from the host";
    if (words[0] == "install" && module == "vfio_pci")
        return "runs a script when vfio-pci is loaded";
    const bool nothing =
        words.size() > 2 && (words[2].ends_with("/false") || words[2].ends_with("/true"));
    if ((words[0] == "blacklist" || (words[0] == "install" && nothing)) &&
        is_needed(patient, words[1]))
        return "keeps " + words[1] + " from the host";
    return {};
}

/// The same for a line of a file that says what goes into the initramfs.
std::string fault_of_initramfs(const Patient& patient, std::string_view line) {
    const std::string text(line.substr(0, line.find('#')));
    if (has(text, "vfio"))
        return "loads vfio before the host's drivers";
    if (has(text, "omit_drivers"))
        for (const char* driver : {"amdgpu", "nvidia", "nouveau", "i915", "xe"})
            if (has(text, std::string(" ") + driver + " ") && is_needed(patient, driver))
                return std::string("keeps ") + driver + " from the host";
    return {};
}

std::string after_removal(const Evidence& evidence) {
    return "remove the line, run\n" + how_to_rebuild_initramfs(evidence) +
           "\nand restart the computer";
}

using Fault = std::string (*)(const Patient&, std::string_view);

void look_into(const Patient& patient, const std::string& file, Fault fault, Findings& found) {
    for (const Line& line : patient.evidence.lines(
             file, [&](std::string_view text) { return !fault(patient, text).empty(); }))
        found.warning(file + ":" + std::to_string(line.number) + ": \"" + line.text + "\" " +
                          fault(patient, line.text),
                      after_removal(patient.evidence));
}

std::vector<std::string> files_of(const Evidence& evidence, const std::string& directory,
                                  const std::string& ending) {
    std::vector<std::string> files;
    for (const std::string& name : evidence.list(directory))
        if (name.ends_with(ending))
            files.push_back(directory + "/" + name);
    return files;
}

} // namespace

void check_command_line(const Patient& patient, Findings& found) {
    const std::vector<std::string> words =
        patient.evidence.words("/proc/cmdline", [&](std::string_view word) {
            return !fault_of_parameter(patient, word).empty();
        });
    for (const std::string& word : words)
        found.warning("the kernel's command line: " + word + " " +
                          fault_of_parameter(patient, word),
                      how_to_remove(patient.evidence, word));
    if (words.empty())
        found.ok("none in the kernel's command line");
}

void check_modprobe(const Patient& patient, Findings& found) {
    for (const std::string& file : files_of(patient.evidence, "/etc/modprobe.d", ".conf"))
        look_into(patient, file, fault_of_modprobe, found);
    if (found.all().empty())
        found.ok("none in /etc/modprobe.d");
}

void check_initramfs(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    std::vector<std::string> files{"/etc/initramfs-tools/modules", "/etc/modules",
                                   "/etc/mkinitcpio.conf", "/etc/dracut.conf"};
    for (const char* directory :
         {"/etc/mkinitcpio.conf.d", "/etc/dracut.conf.d", "/etc/modules-load.d"})
        std::ranges::copy(files_of(evidence, directory, ".conf"), std::back_inserter(files));
    std::ranges::copy(files_of(evidence, "/etc/initramfs-tools/scripts/init-top", ""),
                      std::back_inserter(files));
    for (const std::string& file : files)
        look_into(patient, file, fault_of_initramfs, found);
    if (found.all().empty())
        found.ok("none in the initramfs");
}

void check_driverctl(const Patient& patient, Findings& found) {
    for (const std::string& name : patient.evidence.list("/etc/driverctl.d"))
        if (const Pci* function = patient.function(name.substr(name.find('-') + 1)))
            found.warning("/etc/driverctl.d/" + name + " gives " + function->address +
                              " another driver at boot",
                          "run\ndriverctl unset-override " + function->address);
}

} // namespace handoff::doctor
