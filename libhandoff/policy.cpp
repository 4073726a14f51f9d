// SPDX-License-Identifier: GPL-2.0-or-later
//
// Each holder belongs to somebody, and the owner says what is done: a helper is stopped, a sound
// server or compositor has the card withdrawn, a session is ended if the card is its only screen,
// and whatever else there is refuses the start.
#include "libhandoff/policy.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/known_holders.hpp"
#include "libhandoff/parties.hpp"
#include "libhandoff/session_end.hpp"

#include <algorithm>

namespace handoff {
namespace {

/// The GPU that is held, be it by its driver's module.
std::string address_of(const Machine& machine, const Hold& one) {
    for (const auto& [address, function] : machine.functions)
        if (is_display(function) && one.subject == "module " + function.module)
            return address;
    return one.subject;
}

/// A compositor that has another screen to live on lets go of a card that is withdrawn.
void require_lets_go(const Machine& machine, const Hold& one) {
    const auto function = machine.functions.find(one.subject);
    const std::string& first = one.holder.first_card;
    const bool draws =
        function != machine.functions.end() &&
        (first.empty() ? function->second.boot_vga : has_node(function->second.nodes, first));
    if (!draws && !cannot_let_go(one.holder.name))
        return;
    throw Error(one.subject,
                text_of({one.holder}) + " and " +
                    (draws ? "draws the desktop with it" : "cannot let it go"),
                "write display = \"stop\", or run gpu-handoff reserve " + address_of(machine, one));
}

bool is_drm_card(const Holder& holder) {
    return holder.nodes.front().starts_with("/dev/dri/card");
}

bool is_display_server(const Holder& holder) {
    return is_drm_card(holder) || cannot_let_go(holder.name);
}

bool has_other_screen(const Machine& machine, const Taken& taken) {
    // Some drivers leave the firmware's framebuffer behind as a card (simpledrm's): it is theirs.
    const bool takes_firmware = std::ranges::any_of(taken.functions, [&](const auto& address) {
        const Function& function = machine.functions.at(address);
        return function.boot_vga || !function.framebuffers.empty();
    });
    return std::ranges::any_of(machine.desktop.screens, [&](const auto& card) {
        const bool of_firmware = card.first.find("-framebuffer.") != std::string::npos;
        return !taken.functions.contains(card.first) && !card.second.empty() &&
               !(of_firmware && takes_firmware);
    });
}

/// A desktop on the firmware's framebuffer, which is gone for good once vfio-pci has the card.
void require_driver(const Machine& machine, const Hold& one) {
    const auto function = machine.functions.find(one.subject);
    if (function == machine.functions.end() || function->second.driver != "none")
        return;
    throw Error(one.subject,
                text_of({one.holder}) + ", and without a driver the desktop would not come back",
                "install the card's driver, or write display = \"stop\"");
}

/// Whether the desktop is ended; else it stays, and has the card withdrawn.
bool ends_desktop(const Machine& machine, const Config& config, const Taken& taken,
                  const Holds& desktop) {
    const auto server = std::ranges::find_if(
        desktop, [](const Hold& one) { return is_display_server(one.holder); });
    if (server == desktop.end() || config.display == Display::stop)
        return server != desktop.end();
    if (has_other_screen(machine, taken))
        return false;
    if (config.display == Display::keep)
        throw Error(server->subject,
                    "the only GPU with a screen, " + text_of({server->holder}) +
                        ", and display is \"keep\"",
                    "write display = \"auto\"");
    require_driver(machine, *server);
    return true;
}

void add(Plan& plan, Step step) {
    if (std::ranges::find(plan, step) == plan.end())
        plan.push_back(std::move(step));
}

void require_known_owners(const Machine& machine, const Parties& parties) {
    const std::string& trouble = machine.desktop.trouble;
    for (const Holds* all : {&parties.desktop, &parties.services, &parties.processes,
                             &parties.helpers, &parties.sound, &parties.copies})
        if (!trouble.empty() && !all->empty())
            throw Error(all->front().subject,
                        text_of({all->front().holder}) + ", its owner is unknown (" +
                            trouble.substr(0, trouble.rfind(';')) + ")",
                        "close it and start again");
}

std::string way_out(const Machine& machine, const Hold& one) {
    const Owner& owner = one.owner;
    const std::string& node = one.holder.nodes.front();
    // EGL and Vulkan open every NVIDIA card there is, and a compositor never closes them.
    if (node.starts_with("/dev/nvidia") && is_desktop(machine.desktop, one.holder))
        return "close it, or run gpu-handoff reserve " + address_of(machine, one) +
               " and restart the computer";
    if (is_compositor(one.holder.name)) // nobody ends that, whatever on_busy says
        return "log out, and start again";
    const bool others_too = keeps_copies(owner.user_unit); // what D-Bus started is in its unit
    if (owner.is_user_service() && !others_too &&
        !machine.desktop.transient.contains(owner.subject()))
        return "close it, or write stop_units = [\"" + owner.subject() + "\"]";
    return node.starts_with("/dev/dri/renderD") ? "close it, or write on_busy = \"terminate\""
                                                : "close it and start again";
}

void require_stoppable(const Machine& machine, const Config& config, const Parties& parties) {
    if (!parties.services.empty()) {
        const std::string& unit = parties.services.front().owner.unit;
        if (machine.desktop.transient.contains(unit))
            refuse(parties.services,
                   "stop it and start again (a transient unit does not come back)");
        refuse(parties.services, unit.ends_with(".service")
                                     ? "stop it, or write stop_units = [\"" + unit + "\"]"
                                     : "stop it and start again");
    }
    Holds staying = parties.processes;
    if (config.on_busy == OnBusy::terminate) // though no desktop, be it one without a screen here
        std::erase_if(staying, [](const Hold& one) { return !is_compositor(one.holder.name); });
    if (!staying.empty())
        refuse(staying, way_out(machine, staying.front()));
}

/// The desktop lives on. What of it is neither a display server nor one of the others is a process
/// like any other.
void keep_desktop(const Machine& machine, Parties& parties, Plan& plan) {
    for (const Hold& one : parties.desktop) {
        if (!is_display_server(one.holder)) {
            parties.processes.push_back(one);
            continue;
        }
        require_lets_go(machine, one);
        add(plan, {Kind::card, one.subject, "present", "withdrawn"});
    }
}

/// Programs of the users whose sessions end, end with them.
Plan end_desktop_of(const Machine& machine, Parties& parties) {
    std::vector<Holder> holders;
    for (const Hold& one : parties.desktop)
        holders.push_back(one.holder);
    const auto its = [&](const Hold& one) {
        return one.owner.manager && is_desktop(machine.desktop, one.holder);
    };
    for (const Hold& one : parties.helpers)
        if (its(one))
            holders.push_back(one.holder);
    std::erase_if(parties.helpers, its);
    return end_desktop(machine.desktop, holders, parties.desktop.front().subject);
}

/// Copies go when the session goes that they were made for.
void require_session_for_copies(const Parties& parties) {
    if (!parties.copies.empty() && parties.desktop.empty())
        refuse(parties.copies, "log out and in again, or restart the host");
}

} // namespace

Plan free_holders(const Machine& machine, const Config& config, const Taken& taken) {
    Parties parties = sorted(machine, config, taken);
    require_known_owners(machine, parties);
    require_session_for_copies(parties);
    Plan desktop;
    if (ends_desktop(machine, config, taken, parties.desktop))
        desktop = end_desktop_of(machine, parties);
    else
        keep_desktop(machine, parties, desktop);
    require_stoppable(machine, config, parties);
    // A withdrawn card is waited for until nobody has it: after all who end.
    Plan plan;
    for (const Hold& one : parties.helpers)
        add(plan, {Kind::unit, one.owner.subject(), "active", "inactive"});
    for (const Hold& one : parties.processes)
        add(plan, end_of(one.holder));
    plan.insert(plan.end(), desktop.begin(), desktop.end());
    for (const Hold& one : parties.sound)
        add(plan, {Kind::card, one.subject, "present", "withdrawn"});
    return plan;
}

} // namespace handoff
