// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/run_setup.hpp"

#include "hook/diff.hpp"
#include "hook/domain_setup.hpp"
#include "hook/layout.hpp"
#include "hook/libvirt.hpp"
#include "hook/question.hpp"
#include "hook/setup_checks.hpp"
#include "hook/setup_files.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/machine.hpp"

#include <algorithm>
#include <functional>

namespace handoff {
namespace {

using Edit = std::function<std::string(const std::string& xml)>;

Deadline soon() {
    return Deadline(libvirt_patience);
}

void require_stopped(const LibvirtDomain& domain) {
    const std::string called = "domain '" + domain.name + "'";
    if (!domain.persistent)
        throw Error(called, "is transient: nothing of it is kept",
                    "define it: virsh dumpxml and virsh define");
    if (domain.active)
        throw Error(called, "is running", "shut it down first");
    if (domain.saved)
        throw Error(called, "is saved: its next start resumes it with the devices it had",
                    "start it and shut it down, or virsh managedsave-remove it");
}

std::string called(const Gpu& gpu) {
    return gpu.address + "  " + gpu.video().name;
}

Gpu choose_gpu(const Roots& roots, const SetupRequest& asked, const LibvirtDomain& domain) {
    const std::vector<Gpu> gpus =
        candidates(find_gpus(roots), asked.gpu, parse_domain(domain.xml).hostdevs);
    if (gpus.size() == 1)
        return gpus.front();
    say("This computer has more than one graphics card:");
    for (std::size_t i = 0; i < gpus.size(); ++i)
        print("  " + std::to_string(i + 1) + "  " + called(gpus[i]) + "\n");
    if (!can_ask())
        throw Error("setup", "there is more than one graphics card",
                    "say which: gpu-handoff setup " + shell_word(asked.domain) + " --gpu " +
                        gpus.back().address);
    const std::string answer = ask("Which one shall the guest have? ");
    for (std::size_t i = 0; i < gpus.size(); ++i)
        if (answer == std::to_string(i + 1) || answer == gpus[i].address)
            return gpus[i];
    throw Error("setup", "'" + answer + "' is none of them", "nothing was changed");
}

SetupWish wish_for(const Roots& roots, const SetupRequest& asked, const Gpu& gpu) {
    SetupWish wish{{}, {}, asked.hide_kvm};
    for (const NamedFunction& function : gpu.functions)
        wish.functions.push_back(function.address);
    if (!asked.keyboard.empty())
        wish.inputs.push_back({asked.keyboard, true});
    if (!asked.mouse.empty())
        wish.inputs.push_back({asked.mouse, false});
    for (const Evdev& input : wish.inputs)
        require_evdev(roots, input.node);
    return wish;
}

void show_difference(const std::vector<DiffLine>& lines) {
    for (const DiffLine& line : lines) {
        const Colour colour = line.kind == '+'   ? Colour::green
                              : line.kind == '-' ? Colour::red
                                                 : Colour::dim;
        print(coloured(colour, line.kind == '@' ? "@@" : line.kind + line.text) + "\n");
    }
}

bool is_set_up_for(const LibvirtDomain& domain, const Gpu& gpu) {
    try {
        const Domain parsed = parse_domain(domain.xml);
        return parsed.marked && std::ranges::any_of(parsed.hostdevs, [&](const auto& address) {
                   return gpu.has(address);
               });
    } catch (const Error&) {
        return false; // no concern of this domain's setup
    }
}

/// What the person should know, and what is no reason to refuse.
void show_notes(const Roots& roots, const SetupRequest& asked, const Gpu& gpu,
                const LibvirtDomain& domain) {
    if (link_name(roots.host_etc / "libvirt/hooks/qemu") != "gpu-handoff-hook")
        say("Note: /etc/libvirt/hooks/qemu is not gpu-handoff's hook; without it libvirt takes the "
            "card from its driver itself. See gpu-handoff doctor.");
    for (const LibvirtDomain& other : Libvirt(asked.uri).domains(soon())) {
        if (other.uuid == domain.uuid)
            continue;
        if (is_set_up_for(other, gpu))
            say("Note: " + other.name + " is set up for it too; one of them can run at a time.");
    }
    for (const NamedFunction& other : gpu.group_others)
        if (other.driver != "none" && other.driver != "vfio-pci")
            say("Note: " + other.address + ", " + other.name +
                ", shares its IOMMU group; gpu-handoff plan " + domain.name +
                " says what becomes of it.");
    for (const std::string& node : {asked.keyboard, asked.mouse})
        if (node.starts_with("/dev/input/event"))
            say("Note: " + node +
                " may be another device after a restart; take its name in "
                "/dev/input/by-id.");
}

/// Cards that the domain had before, and of which the hook knows nothing any more.
void show_what_stays(const Roots& roots, const std::string& name, const std::string& xml) {
    for (const std::string& address : parse_domain(xml).hostdevs)
        if (is_display(roots, address))
            say("Note: setup did not add " + address + ", so " + name +
                " keeps it. Without a file libvirt itself may take the card from its running "
                "driver when " +
                name + " starts, which can hang the computer: take it out too.");
}

/// Defines the domain as the edit makes it; returns where it is kept as it was.
std::filesystem::path define(const Roots& roots, const Libvirt& libvirt,
                             const LibvirtDomain& domain, const Edit& edit) {
    const std::string before = libvirt.definition(domain.uuid, soon());
    std::filesystem::path backup = keep_backup(roots, domain.uuid, before);
    libvirt.define(edit(before), soon());
    return backup;
}

/// Shows what the edit changes. False if nothing is to be done about it.
bool show_and_agree(const SetupRequest& asked, const LibvirtDomain& domain, const Edit& edit) {
    const std::vector<DiffLine> lines = difference(as_written(domain.xml), edit(domain.xml));
    show_difference(lines);
    if (asked.dry_run) {
        say("Nothing was changed.");
        return false;
    }
    if (lines.empty() || asked.yes || !can_ask())
        return true;
    const std::string answer = ask("Define " + domain.name + " so? [y/N] ");
    if (answer == "y" || answer == "Y" || answer == "yes")
        return true;
    say("Nothing was changed.");
    return false;
}

} // namespace

void run_setup(const Roots& roots, const SetupRequest& asked) {
    const Libvirt libvirt(asked.uri);
    const LibvirtDomain domain = libvirt.find(asked.domain, soon());
    require_stopped(domain);
    const std::string file = domain_file(roots, domain.name).string();
    const bool has_file = load_config(roots.etc, domain.name).has_value();
    const Gpu gpu = choose_gpu(roots, asked, domain);
    require_iommu(roots, gpu.address);
    const SetupWish wish = wish_for(roots, asked, gpu);
    const Edit edit = [&](const std::string& xml) { return set_up(xml, wish); };
    const bool same = edit(domain.xml) == as_written(domain.xml);
    say(domain.name + " and " + called(gpu));
    show_notes(roots, asked, gpu, domain);
    if (same && has_file) {
        say(domain.name + " is set up already.");
        return;
    }
    if (!has_file)
        say("New file: " + file);
    if (!show_and_agree(asked, domain, edit))
        return;
    const bool wrote = write_domain_file(roots, domain.name);
    std::filesystem::path backup;
    try {
        if (!same)
            backup = define(roots, libvirt, domain, edit);
    } catch (...) {
        if (wrote)
            remove_domain_file(roots, domain.name);
        throw;
    }
    log_info(domain.name + ": set up for " + gpu.address);
    if (!same)
        say("The XML as it was: " + backup.string());
    say(domain.name +
        " is set up. Start it in virt-manager, or the first time with gpu-handoff try " +
        shell_word(domain.name) + ", which ends it by itself after a while.");
}

void run_setup_remove(const Roots& roots, const SetupRequest& asked) {
    const Libvirt libvirt(asked.uri);
    const LibvirtDomain domain = libvirt.find(asked.domain, soon());
    require_stopped(domain);
    const std::string file = domain_file(roots, domain.name).string();
    const Edit edit = [](const std::string& xml) { return undo_set_up(xml); };
    if (!show_and_agree(asked, domain, edit))
        return;
    const std::filesystem::path backup = define(roots, libvirt, domain, edit);
    const FileEnd end = remove_domain_file(roots, domain.name);
    log_info(domain.name + ": setup taken back");
    say("The XML as it was: " + backup.string());
    switch (end) {
    case FileEnd::removed:
        say("Removed: " + file);
        break;
    case FileEnd::kept:
        say("Left as it is, since setup did not write it as it is now: " + file);
        break;
    case FileEnd::missing:
        break;
    }
    say(domain.name + " is no longer set up.");
    if (end != FileEnd::kept)
        show_what_stays(roots, domain.name, edit(domain.xml));
}

} // namespace handoff
