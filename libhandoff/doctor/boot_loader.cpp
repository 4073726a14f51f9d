// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/boot_loader.hpp"

#include "libhandoff/doctor/patient.hpp"

#include <vector>

namespace handoff::doctor {
namespace {

/// https://systemd.io/BOOT_LOADER_INTERFACE: what systemd-boot, GRUB (module bli) and Limine tell.
constexpr const char* loader_info =
    "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";

enum class Loader { rpm_ostree, kernelstub, systemd_boot, limine, grub, unknown };

std::string limine_file(const Evidence& evidence) {
    for (const char* file : {"/etc/default/limine", "/boot/limine.conf", "/boot/limine/limine.conf",
                             "/boot/EFI/limine/limine.conf", "/boot/limine.cfg"})
        if (evidence.exists(file))
            return file;
    return {};
}

Loader told_by_firmware(const Evidence& evidence) {
    const std::string told = evidence.text(loader_info).value_or("");
    if (has(told, "systemd-boot"))
        return Loader::systemd_boot;
    if (has(told, "GRUB"))
        return Loader::grub;
    return has(told, "Limine") ? Loader::limine : Loader::unknown;
}

Loader loader_of(const Evidence& evidence) {
    if (evidence.exists("/run/ostree-booted") && has_program(evidence, "rpm-ostree"))
        return Loader::rpm_ostree;
    if (has_program(evidence, "kernelstub"))
        return Loader::kernelstub;
    if (const Loader told = told_by_firmware(evidence); told != Loader::unknown)
        return told;
    try {
        if (!limine_file(evidence).empty())
            return Loader::limine;
    } catch (const Denied&) { // the EFI partition is often root's alone
    }
    if (evidence.exists("/etc/default/grub"))
        return Loader::grub;
    return evidence.exists("/etc/kernel/cmdline") ? Loader::systemd_boot : Loader::unknown;
}

std::string grub_update(const Evidence& evidence) {
    if (has_program(evidence, "update-grub"))
        return "update-grub";
    if (has_program(evidence, "grub2-mkconfig"))
        return "grub2-mkconfig -o /boot/grub2/grub.cfg";
    return "grub-mkconfig -o /boot/grub/grub.cfg";
}

/// What makes a change of /etc/kernel/cmdline count.
std::string kernel_update(const Evidence& evidence) {
    if (has_program(evidence, "reinstall-kernels"))
        return "reinstall-kernels";
    if (evidence.exists("/etc/mkinitcpio.conf"))
        return "mkinitcpio -P";
    if (has_program(evidence, "update-initramfs"))
        return "update-initramfs -u -k all"; // Debian 12, whose hooks call kernel-install
    return "kernel-install add-all";         // systemd 255 and newer
}

std::string limine_update(const Evidence& evidence) {
    return has_program(evidence, "limine-mkinitcpio") ? "limine-mkinitcpio" : "limine-update";
}

const char* loader_entries = "/boot/loader/entries";

/// The files that a command line may come from.
std::vector<std::string> sources(const Evidence& evidence) {
    std::vector<std::string> files{
        "/etc/default/grub",   "/etc/kernel/cmdline", "/etc/kernelstub/configuration",
        "/etc/default/limine", "/boot/limine.conf",   "/boot/limine/limine.conf"};
    const auto add = [&](const std::string& directory) {
        for (const std::string& name : evidence.list(directory))
            files.push_back(directory + "/" + name);
    };
    add("/etc/default/grub.d");
    add("/etc/cmdline.d");
    try {
        add(loader_entries);
    } catch (const Denied&) {
    }
    return files;
}

std::string places_of(const Evidence& evidence, const std::string& parameter) {
    std::vector<std::string> places;
    for (const std::string& file : sources(evidence)) {
        try {
            if (const std::optional<Line> line = evidence.line_with(file, parameter);
                line && !line->text.starts_with('#'))
                places.push_back(file + ":" + std::to_string(line->number));
        } catch (const Denied&) {
        }
    }
    return joined(places);
}

/// How to change a text file, and what to run then.
std::string edit(const std::string& what, const std::string& file, const std::string& then) {
    return what + " " + file + ", then run\n" + then + "\nand restart the computer";
}

std::string command(const std::string& line) {
    return "run\n" + line + "\nand restart the computer";
}

} // namespace

std::string how_to_add(const Evidence& evidence, const std::string& parameter) {
    const std::string add = "add " + parameter + " to";
    switch (loader_of(evidence)) {
    case Loader::rpm_ostree:
        return command("rpm-ostree kargs --append-if-missing=" + parameter);
    case Loader::kernelstub:
        return command("kernelstub --add-options \"" + parameter + "\"");
    case Loader::limine:
        if (evidence.exists("/etc/default/limine"))
            return edit(add, "KERNEL_CMDLINE[default] in /etc/default/limine",
                        limine_update(evidence));
        return add + " the cmdline: lines of limine.conf, and restart the computer";
    case Loader::grub:
        if (has_program(evidence, "grubby"))
            return command("grubby --update-kernel=ALL --args=" + parameter);
        return edit(add, "GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub", grub_update(evidence));
    case Loader::systemd_boot:
        if (evidence.exists("/etc/kernel/cmdline"))
            return edit(add, "/etc/kernel/cmdline", kernel_update(evidence));
        return add + " the options line of systemd-boot's entries (bootctl list names the files), "
                     "and restart the computer";
    case Loader::unknown:
        break;
    }
    return add + " the kernel's command line in your boot loader's settings, and restart the "
                 "computer";
}

std::string how_to_remove(const Evidence& evidence, const std::string& parameter) {
    const std::string places = places_of(evidence, parameter);
    const std::string from = places.empty() ? "" : " from " + places;
    const std::string remove = "remove " + parameter;
    switch (loader_of(evidence)) {
    case Loader::rpm_ostree:
        return command("rpm-ostree kargs --delete-if-present=" + parameter);
    case Loader::kernelstub:
        return command("kernelstub --delete-options \"" + parameter + "\"");
    case Loader::limine:
        if (evidence.exists("/etc/default/limine"))
            return edit(remove, "from " + (places.empty() ? "/etc/default/limine" : places),
                        limine_update(evidence));
        break;
    case Loader::grub:
        if (has_program(evidence, "grubby"))
            return command("grubby --update-kernel=ALL --remove-args=" + parameter);
        return edit(remove, "from " + (places.empty() ? "/etc/default/grub" : places),
                    grub_update(evidence));
    case Loader::systemd_boot:
        if (evidence.exists("/etc/kernel/cmdline"))
            return edit(remove, "from " + (places.empty() ? "/etc/kernel/cmdline" : places),
                        kernel_update(evidence));
        break;
    case Loader::unknown:
        break;
    }
    return remove +
           (from.empty() ? " from the kernel's command line in your boot loader's settings"
                         : from) +
           ", and restart the computer";
}

std::string how_to_rebuild_initramfs(const Evidence& evidence) {
    if (evidence.exists("/run/ostree-booted"))
        return "rpm-ostree initramfs-etc --force-sync";
    if (has_program(evidence, "update-initramfs"))
        return "update-initramfs -u -k all";
    if (evidence.exists("/etc/mkinitcpio.conf"))
        return has_program(evidence, "limine-mkinitcpio") ? "limine-mkinitcpio" : "mkinitcpio -P";
    return "dracut --force --regenerate-all";
}

} // namespace handoff::doctor
