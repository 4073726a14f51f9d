// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/selection.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>

namespace handoff {
namespace {

using Addresses = std::set<std::string>;

bool listed(const Config& config, const std::string& address) {
    return config.devices && std::ranges::find(*config.devices, address) != config.devices->end();
}

bool hostdev(const Domain& domain, const std::string& address) {
    return std::ranges::find(domain.hostdevs, address) != domain.hostdevs.end();
}

Addresses slot(const Machine& machine, const std::string& address) {
    if (machine.functions.at(address).is_virtual)
        return {address};
    Addresses functions;
    for (const auto& [other, function] : machine.functions)
        if (slot_of(other) == slot_of(address) && !function.bridge && !function.is_virtual)
            functions.insert(other);
    return functions;
}

void require_present(const Machine& machine, const Config& config, const Domain& domain) {
    for (const std::string& address : domain.hostdevs)
        if (!machine.functions.contains(address))
            throw Error(address, "there is no such PCI device",
                        "correct the <hostdev> of " + domain.name);
    for (const std::string& address : config.devices.value_or(std::vector<std::string>()))
        if (!machine.functions.contains(address))
            throw Error(address, "there is no such PCI device", "correct devices in its file");
}

/// libvirt would unbind a live driver from it by itself if the start went on.
void require_answering(const Machine& machine) {
    for (const auto& [address, function] : machine.functions)
        if (function.dead)
            throw Error(address, "does not answer any more (its configuration space reads ff)",
                        "restart the host");
}

bool slot_has_display(const Machine& machine, const std::string& address) {
    return std::ranges::any_of(slot(machine, address), [&](const std::string& other) {
        return is_display(machine.functions.at(other));
    });
}

/// The slots of the domain's GPUs, and what its file lists.
Addresses wanted(const Machine& machine, const Config& config, const Domain& domain) {
    Addresses functions;
    for (const std::string& address : domain.hostdevs) {
        if (!slot_has_display(machine, address))
            continue;
        const Addresses all = slot(machine, address);
        if (config.devices && std::ranges::none_of(all, [&](const std::string& other) {
                return listed(config, other);
            }))
            throw Error(address, "a GPU of " + domain.name + " that devices in its file leaves out",
                        "add it, or write devices = \"auto\"");
        functions.insert(all.begin(), all.end());
    }
    for (const std::string& address : config.devices.value_or(std::vector<std::string>()))
        functions.insert(address);
    return functions;
}

bool shares_a_group(const Machine& machine, const Addresses& functions,
                    const std::string& address) {
    const std::string& group = machine.functions.at(address).group;
    return std::ranges::any_of(functions, [&](const std::string& other) {
        return other != address && machine.functions.at(other).group == group;
    });
}

/// A typing error in the list must not take a device that has nothing to do with the domain.
void require_related(const Machine& machine, const Config& config, const Domain& domain) {
    const Addresses hostdevs(domain.hostdevs.begin(), domain.hostdevs.end());
    for (const std::string& address : config.devices.value_or(std::vector<std::string>())) {
        if (machine.functions.at(address).bridge)
            throw Error(address, "is a bridge, which stays with the host",
                        "take it out of devices");
        const bool same_slot = std::ranges::any_of(
            hostdevs, [&](const std::string& other) { return slot_of(other) == slot_of(address); });
        if (!same_slot && !shares_a_group(machine, hostdevs, address))
            throw Error(address,
                        "listed in devices, but neither a <hostdev> of " + domain.name +
                            " nor in the IOMMU group of one",
                        "correct the list or the domain");
    }
}

void require_groups(const Machine& machine, const Addresses& functions) {
    for (const std::string& address : functions)
        if (!machine.iommu || machine.functions.at(address).group.empty())
            throw Error(
                address, machine.iommu ? "has no IOMMU group" : "the IOMMU is off",
                "turn on VT-d or AMD-Vi in the firmware, and intel_iommu=on in the kernel's "
                "command line if the CPU is Intel's; gpu-handoff doctor says how");
}

/// The other endpoints of the groups: those that nobody on the host uses come along, the others
/// must be listed.
Addresses group_members(const Machine& machine, const Config& config, const Domain& domain,
                        const Addresses& functions) {
    Addresses members;
    for (const auto& [address, function] : machine.functions) {
        if (functions.contains(address) || function.bridge ||
            !shares_a_group(machine, functions, address))
            continue;
        if (hostdev(domain, address))
            continue; // libvirt hands it over itself
        const bool unused =
            function.driver == "none" || function.vfio || function.driver == "pci-stub";
        if (!unused && !listed(config, address))
            throw Error(address,
                        function.name + " shares IOMMU group " + function.group +
                            " with the GPU, and " + function.driver + " uses it",
                        "list both in devices, or put the card into another slot");
        members.insert(address);
    }
    return members;
}

void require_unused(const Machine& machine, const Addresses& functions) {
    for (const std::string& address : functions)
        if (const Function& function = machine.functions.at(address); !function.uses.empty())
            throw Error(address, function.uses.front(), "free it first");
}

void require_not_handed(const Machine& machine, const Addresses& functions) {
    for (const Handed& other : machine.handed)
        for (const auto& [address, driver] : other.drivers)
            if (functions.contains(address))
                throw other.left_over
                    ? Error(address, "not given back when domain " + other.domain + " ended",
                            "run gpu-handoff recover")
                    : Error(address, "already handed over to domain " + other.domain,
                            "shut that domain down first (if it is off: gpu-handoff recover " +
                                other.domain + ")");
}

} // namespace

std::set<std::string> select_functions(const Machine& machine, const Config& config,
                                       const Domain& domain) {
    require_present(machine, config, domain);
    require_answering(machine);
    require_related(machine, config, domain);
    Addresses functions = wanted(machine, config, domain);
    require_groups(machine, functions);
    functions.merge(group_members(machine, config, domain, functions));
    require_not_handed(machine, functions);
    require_unused(machine, functions);
    return functions;
}

} // namespace handoff
