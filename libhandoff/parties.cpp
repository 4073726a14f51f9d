// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/parties.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/known_holders.hpp"
#include "libhandoff/session_end.hpp"

#include <algorithm>
#include <optional>

namespace handoff {
namespace {

std::optional<Hold> held(const Machine& machine, const Taken& taken, const Holder& holder) {
    const auto hold = [&](const std::vector<Node>& nodes, const std::string& subject) {
        Holder its = holder;
        std::erase_if(its.nodes, [&](const std::string& path) { return !has_node(nodes, path); });
        return its.nodes.empty() ? std::nullopt
                                 : std::optional(Hold{its, owner_of(its.cgroup), subject});
    };
    for (const std::string& address : taken.functions)
        if (auto found = hold(machine.functions.at(address).nodes, address))
            return found;
    for (const std::string& module : taken.modules)
        if (auto found = hold(machine.stacks.at(module).nodes, "module " + module))
            return found;
    return std::nullopt;
}

bool is_sound(const Holder& holder) {
    return holder.nodes.front().starts_with("/dev/snd/");
}

bool may_be_stopped(const Machine& machine, const Config& config, const Owner& owner) {
    const bool listed =
        std::ranges::find(config.stop_units, owner.subject()) != config.stop_units.end();
    return !machine.desktop.transient.contains(owner.subject()) &&
           (listed ||
            (owner.manager ? is_screen_helper(owner.user_unit) : is_gpu_helper(owner.unit)));
}

bool is_service(const Owner& owner) {
    return !owner.unit.empty() && !owner.manager && owner.session.empty();
}

} // namespace

bool has_node(const std::vector<Node>& nodes, const std::string& path) {
    return std::ranges::find(nodes, path, &Node::path) != nodes.end();
}

void refuse(const Holds& all, std::string_view remedy) {
    std::vector<Holder> holders;
    for (const Hold& one : all)
        holders.push_back(one.holder);
    throw Error(all.front().subject, text_of(holders), remedy);
}

Parties sorted(const Machine& machine, const Config& config, const Taken& taken) {
    Parties parties;
    for (const Holder& holder : machine.holders) {
        const std::optional<Hold> one = held(machine, taken, holder);
        if (!one)
            continue;
        const Owner& owner = one->owner;
        if (only_passes(owner.unit))
            continue; // the gate waits for it
        if (owner.machine)
            refuse({*one}, "shut that virtual machine or container down first");
        if (!owner.manager && must_live(owner.unit))
            refuse({*one}, "restart that service, and start again");
        if (holder.pid == 1 || (!owner.manager && keeps_copies(owner.unit)))
            parties.copies.push_back(*one);
        else if (may_be_stopped(machine, config, owner))
            parties.helpers.push_back(*one);
        else if (is_sound(holder) && is_sound_server(holder.name))
            parties.sound.push_back(*one);
        else if (is_desktop(machine.desktop, holder))
            parties.desktop.push_back(*one);
        else if (is_service(owner))
            parties.services.push_back(*one);
        else
            parties.processes.push_back(*one);
    }
    return parties;
}

} // namespace handoff
