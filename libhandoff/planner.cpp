// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/planner.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/policy.hpp"
#include "libhandoff/selection.hpp"
#include "libhandoff/version.hpp"

#include <algorithm>

namespace handoff {
namespace {

using Addresses = std::set<std::string>;

constexpr std::string_view nvidia = "nvidia";

/// Functions outside this handoff that the driver has now, or gets back when another domain ends.
bool drives_others(const Machine& machine, const Addresses& functions, const std::string& driver) {
    const auto bound = machine.bound.find(driver);
    if (bound != machine.bound.end() &&
        std::ranges::any_of(bound->second,
                            [&](const std::string& other) { return !functions.contains(other); }))
        return true;
    return std::ranges::any_of(machine.handed, [&](const Handed& other) {
        return std::ranges::any_of(other.drivers,
                                   [&](const auto& entry) { return entry.second == driver; });
    });
}

/// Whether the GPU's driver is unloaded to make it let go, or only unbound. Throws Error where
/// neither is safe.
bool must_unload(const Machine& machine, const Config& config, const Addresses& functions,
                 const std::string& address) {
    const Function& function = machine.functions.at(address);
    if (function.driver == "none" || function.vfio || function.module.empty())
        return false;
    const bool others = drives_others(machine, functions, function.driver);
    if (others && config.unload == Unload::always)
        throw Error(address,
                    function.driver + " drives another device too, so it cannot be unloaded",
                    "write unload = \"auto\" in the domain's file");
    if (function.driver == nvidia && !others && config.unload == Unload::never)
        throw Error(address, "nvidia would hang in the kernel if it were unbound while loaded",
                    "write unload = \"auto\" in the domain's file");
    if (function.driver == nvidia && others && machine.nvidia_modeset &&
        is_before(machine.nvidia_version, nvidia_that_lets_go))
        throw Error(address,
                    "nvidia " + machine.nvidia_version +
                        " cannot let go of one of two cards while nvidia_drm has modeset on",
                    "update to 580.105.08 or newer, or load nvidia_drm with modeset=0");
    return !others && config.unload != Unload::never;
}

/// What is unloaded would not come back, and libvirt itself (11.3, not 9.0) fails without
/// modules.alias, after the handoff.
void require_modules(const Machine& machine, const Addresses& functions) {
    if (machine.modules_gone && !functions.empty())
        throw Error(*functions.begin(),
                    "its driver could not be loaded again: the running kernel's modules are gone",
                    "restart the host if its kernel was updated, else mkdir -p "
                    "/lib/modules/$(uname -r) && depmod");
}

std::string driver_for_domain(const Function& function) {
    return function.vfio ? function.driver : "vfio-pci";
}

void add_attributes(const Machine& machine, const Addresses& functions, Plan& plan) {
    for (const std::string& address : functions)
        for (const auto& [name, value] : machine.functions.at(address).attributes)
            plan.push_back({Kind::attribute, address + "/" + name, value,
                            name == "driver_override"
                                ? driver_for_domain(machine.functions.at(address))
                                : value});
}

enum class Which { companions, gpus };

/// Last function first: a GPU's audio (.1) and USB (.2, .3) let go before it, and come back after
/// it.
void add_drivers(const Machine& machine, const Addresses& functions, Which which, Plan& plan) {
    const std::vector<std::string> last_first(functions.rbegin(), functions.rend());
    for (const std::string& address : last_first)
        if (const Function& function = machine.functions.at(address);
            is_display(function) == (which == Which::gpus))
            plan.push_back({Kind::driver, address, function.driver, driver_for_domain(function)});
}

void add_framebuffers(const Machine& machine, const Addresses& functions, Plan& plan) {
    for (const std::string& address : functions)
        for (const std::string& framebuffer : machine.functions.at(address).framebuffers)
            plan.push_back({Kind::framebuffer, framebuffer, "bound", "unbound"});
}

/// The modules of the GPUs' drivers that are unloaded, with everything on top of them.
Addresses unloaded_modules(const Machine& machine, const Config& config,
                           const Addresses& functions) {
    Addresses modules;
    for (const std::string& address : functions)
        if (const Function& function = machine.functions.at(address);
            is_display(function) && must_unload(machine, config, functions, address))
            modules.insert(function.module);
    return modules;
}

void add_modules(const Machine& machine, const Addresses& modules, Plan& plan) {
    for (const std::string& module : modules)
        for (const auto& [name, state] : machine.stacks.at(module).modules)
            plan.push_back({Kind::module, name, state, "unloaded"});
}

} // namespace

Plan make_plan(const Machine& machine, const Config& config, const Domain& domain) {
    const Addresses functions = select_functions(machine, config, domain);
    require_modules(machine, functions);
    const Addresses modules = unloaded_modules(machine, config, functions);
    const Plan freeing = free_holders(machine, config, {functions, modules});
    Plan plan;
    add_attributes(machine, functions, plan);
    plan.insert(plan.end(), freeing.begin(), freeing.end());
    add_framebuffers(machine, functions, plan);
    add_drivers(machine, functions, Which::companions, plan);
    add_modules(machine, modules, plan);
    add_drivers(machine, functions, Which::gpus, plan);
    return plan;
}

} // namespace handoff
