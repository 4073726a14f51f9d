// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/machine.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/devices.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/framebuffers.hpp"
#include "libhandoff/host/subjects.hpp"
#include "libhandoff/modules.hpp"
#include "libhandoff/transaction.hpp"
#include "libhandoff/uses.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <iterator>
#include <set>

extern "C" {
#include <pci/pci.h>
}

namespace handoff {
namespace {

/// What a header type reads from a device that has fallen off the bus.
constexpr unsigned all_ones = 0x7F;

/// vfio-pci changes the last three (power/control stays "on" after it), libvirt the first.
constexpr std::array attributes{"driver_override", "power/control", "d3cold_allowed",
                                "reset_method"};

/// The header type in a configuration space ("0000:01:00.0/config"), without the bit that says
/// "more functions in this slot".
unsigned header_type(const Roots& roots, const std::string& subject) {
    std::array<unsigned char, PCI_HEADER_TYPE + 1> header{};
    // Each byte comes from the device itself, at the speed of its bus: not all 4096.
    const Fd config(::open(roots.function(subject).c_str(), O_RDONLY | O_CLOEXEC));
    const ssize_t size = config ? ::read(config.get(), header.data(), header.size()) : 0;
    return size == static_cast<ssize_t>(header.size()) ? header.back() & 0x7FU : 0U;
}

unsigned class_of(const Roots& roots, const std::string& address) {
    return static_cast<unsigned>(
        std::stoul(read_text(roots.function(address) / "class").value_or("0"), nullptr, 16));
}

bool is_display_class(unsigned device_class) {
    return device_class >> 16U == PCI_BASE_CLASS_DISPLAY;
}

std::vector<std::string> functions_of_slot(const Roots& roots, const std::string& address) {
    if (is_virtual(roots, address))
        return {address};
    std::vector<std::string> functions;
    for (char number = '0'; number <= '7'; ++number) {
        const std::string function = std::string(slot_of(address)) + "." + number;
        if (std::filesystem::exists(roots.function(function)) && !is_virtual(roots, function))
            functions.push_back(function);
    }
    return functions;
}

std::vector<std::string> functions_of_group(const Roots& roots, const std::string& address) {
    return list(roots.function(address) / "iommu_group/devices");
}

/// The domain's devices and everything that may have to go with them.
std::set<std::string> concerned(const Roots& roots, const Domain& domain, const Config& config) {
    std::set<std::string> found;
    std::vector<std::string> next = domain.hostdevs;
    if (config.devices)
        next.insert(next.end(), config.devices->begin(), config.devices->end());
    while (!next.empty()) {
        const std::string address = next.back();
        next.pop_back();
        if (found.contains(address) || !std::filesystem::exists(roots.function(address)))
            continue;
        found.insert(address);
        std::ranges::copy(functions_of_slot(roots, address), std::back_inserter(next));
        std::ranges::copy(functions_of_group(roots, address), std::back_inserter(next));
    }
    return found;
}

Function read_function(const Roots& roots, const std::string& address) {
    const std::filesystem::path directory = roots.function(address);
    Function function;
    function.device_class = class_of(roots, address);
    function.is_virtual = is_virtual(roots, address);
    function.group = link_name(directory / "iommu_group").value_or("");
    function.driver = link_name(directory / "driver").value_or("none");
    // A driver that is built in may have a link too; only what was loaded can be unloaded.
    const std::string module = link_name(directory / "driver/module").value_or("");
    if (!module.empty() && std::filesystem::exists(roots.module(module) / "initstate"))
        function.module = module;
    function.vfio = on_vfio(roots, address);
    if (is_display(function) && function.device_class >> 8U != PCI_CLASS_DISPLAY_VGA)
        function.framebuffers = firmware_framebuffers(roots, address);
    function.boot_vga = read_text(directory / "boot_vga") == "1";
    const std::vector<Device> devices = devices_below(roots, address);
    function.uses = uses_of(roots, devices);
    function.nodes = nodes_of(roots, address, devices);
    return function;
}

void set_header_type(unsigned type, Function& function) {
    function.bridge = type == PCI_HEADER_TYPE_BRIDGE || type == PCI_HEADER_TYPE_CARDBUS;
    function.dead = type == all_ones;
}

/// A device that sleeps is woken up for its configuration space, by its driver
/// (pci_config_pm_runtime_get() in drivers/pci/pci.c), which may hang.
void read_headers_and_attributes(const Roots& roots, std::map<std::string, Function>& functions) {
    constexpr const char* config = "config";
    std::vector<std::string> subjects;
    for (const auto& [address, function] : functions) {
        subjects.push_back(address + "/" + config);
        for (const char* name : attributes)
            if (std::filesystem::exists(roots.function(address) / name))
                subjects.push_back(address + "/" + name);
    }
    if (subjects.empty())
        return;
    const std::vector<std::string> answers = guarded(subjects, [&](const std::string& subject) {
        return subject.ends_with(config) ? std::to_string(header_type(roots, subject))
                                         : attribute_shown(roots, subject);
    });
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::size_t slash = subjects[i].find('/');
        Function& function = functions[subjects[i].substr(0, slash)];
        if (const std::string name = subjects[i].substr(slash + 1); name == config)
            set_header_type(static_cast<unsigned>(std::stoul(answers[i])), function);
        else
            function.attributes[name] = answers[i];
    }
}

std::vector<std::string> bound_to(const Roots& roots, const std::string& driver) {
    std::vector<std::string> functions;
    for (const std::string& entry : list(roots.pci_driver(driver)))
        if (parse_address(entry) == entry)
            functions.push_back(entry);
    return functions;
}

Stack stack_of(const Roots& roots, const std::string& module) {
    const std::vector<std::string> order = unload_order(roots, module);
    Stack stack;
    for (const std::string& name : order)
        stack.modules.emplace_back(name, module_state(roots, name));
    stack.nodes = nodes_of_modules(roots, order);
    return stack;
}

/// After an update, where the package of the old kernel goes with it, until the host is restarted.
bool modules_gone(const Roots& roots) {
    const std::optional<std::string> release = read_text(roots.proc / "sys/kernel/osrelease");
    const std::filesystem::path all = roots.usr / "lib/modules";
    return release && std::filesystem::exists(all) &&
           !std::filesystem::exists(all / *release / "modules.dep");
}

void read_holders(const Roots& roots, const LookForHolders& look, const Deadline& deadline,
                  Machine& machine) {
    std::vector<Node> nodes;
    for (const auto& [address, function] : machine.functions)
        std::ranges::copy(function.nodes, std::back_inserter(nodes));
    for (const auto& [module, stack] : machine.stacks)
        std::ranges::copy(stack.nodes, std::back_inserter(nodes));
    machine.holders = look(nodes, deadline);
    if (!machine.holders.empty())
        machine.desktop = read_desktop(roots, machine.holders, deadline);
}

} // namespace

bool on_vfio(const Roots& roots, const std::string& address) {
    const std::filesystem::path directory = roots.function(address);
    return link_name(directory / "driver") == "vfio-pci" || !list(directory / "vfio-dev").empty();
}

bool is_display(const Function& function) {
    return is_display_class(function.device_class);
}

bool is_virtual(const Roots& roots, const std::string& address) {
    return std::filesystem::exists(roots.function(address) / "physfn");
}

bool is_display(const Roots& roots, const std::string& address) {
    return is_display_class(class_of(roots, address));
}

Machine probe(const Roots& roots, const Domain& domain, const Config& config,
              std::vector<Handed> handed, const LookForHolders& look, const Deadline& deadline) {
    Machine machine;
    machine.iommu = !list(roots.sys / "class/iommu").empty();
    machine.handed = std::move(handed);
    machine.modules_gone = modules_gone(roots);
    std::set<std::string> gpu_slots;
    for (const std::string& address : concerned(roots, domain, config)) {
        const Function& function = machine.functions[address] = read_function(roots, address);
        if (function.driver != "none")
            machine.bound[function.driver] = bound_to(roots, function.driver);
        if (!is_display(function))
            continue;
        gpu_slots.emplace(slot_of(address));
        if (!function.module.empty())
            machine.stacks[function.module] = stack_of(roots, function.module);
    }
    read_headers_and_attributes(roots, machine.functions);
    for (auto& [address, function] : machine.functions)
        if (!function.bridge && !gpu_slots.contains(std::string(slot_of(address))))
            function.name = name_of_function(roots, address);
    machine.nvidia_version = read_text(roots.module("nvidia") / "version").value_or("");
    machine.nvidia_modeset =
        read_text(roots.module("nvidia_drm") / "parameters/modeset").value_or("N") == "Y";
    read_holders(roots, look, deadline, machine);
    return machine;
}

Machine probe(const Roots& roots, const Domain& domain, const Config& config,
              std::vector<Handed> handed, HolderGate& gate, const Deadline& deadline) {
    return probe(
        roots, domain, config, std::move(handed),
        [&](const std::vector<Node>& nodes, const Deadline& until) {
            return gate.look(nodes, until);
        },
        deadline);
}

} // namespace handoff
