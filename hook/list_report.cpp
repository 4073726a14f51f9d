// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"

#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>
#include <unistd.h>

namespace handoff {
namespace {

/// The domains that have a file.
std::vector<std::string> configured_domains(const Roots& roots) {
    constexpr std::string_view suffix = ".toml";
    std::vector<std::string> names;
    for (std::string& name : list(roots.etc / "domains"))
        if (name.ends_with(suffix))
            names.push_back(name.substr(0, name.size() - suffix.size()));
    return names;
}

/// By the list of devices in its file.
bool lists(const Roots& roots, const std::string& domain, const Gpu& gpu) {
    try {
        const std::optional<Config> config = load_config(roots.etc, domain);
        return config && config->devices &&
               std::ranges::any_of(*config->devices,
                                   [&](const auto& address) { return gpu.has(address); });
    } catch (const Error&) {
        return false; // gpu-handoff plan says what is wrong with it
    }
}

std::vector<SetUp> set_up_for(const Roots& roots, const Gpu& gpu,
                              const std::vector<LibvirtDomain>& domains) {
    const std::vector<std::string> configured = configured_domains(roots);
    std::vector<SetUp> found;
    for (const LibvirtDomain& domain : domains) {
        try {
            const Domain parsed = parse_domain(domain.xml);
            if (std::ranges::any_of(parsed.hostdevs,
                                    [&](const std::string& address) { return gpu.has(address); }))
                found.push_back({domain.name, domain.active,
                                 std::ranges::find(configured, domain.name) != configured.end()});
        } catch (const Error&) {
            continue; // it has no devices that a handoff could know
        }
    }
    for (const std::string& name : configured)
        if (std::ranges::find(found, name, &SetUp::domain) == found.end() &&
            lists(roots, name, gpu))
            found.push_back({name, std::nullopt, true});
    return found;
}

Domain made_up_domain(const Gpu& gpu) {
    Domain domain;
    domain.name = "a domain";
    for (const NamedFunction& function : gpu.functions)
        domain.hostdevs.push_back(function.address);
    return domain;
}

bool is_alone_on_its_driver(const Gpu& gpu, const Machine& machine) {
    const auto bound = machine.bound.find(gpu.video().driver);
    return bound == machine.bound.end() ||
           std::ranges::all_of(bound->second,
                               [&](const auto& function) { return gpu.has(function); });
}

/// Those that have the card itself open, or what keeps the driver loaded that is unloaded for it;
/// not other cards, nor other devices of its IOMMU group.
std::vector<Holder> holders_of(const Gpu& gpu, const Machine& machine) {
    std::vector<Node> nodes;
    for (const auto& [address, function] : machine.functions)
        if (gpu.has(address))
            std::ranges::copy(function.nodes, std::back_inserter(nodes));
    if (is_alone_on_its_driver(gpu, machine))
        for (const auto& [module, stack] : machine.stacks)
            std::ranges::copy(stack.nodes, std::back_inserter(nodes));
    std::vector<Holder> holders;
    for (Holder holder : machine.holders) {
        std::erase_if(holder.nodes, [&](const std::string& path) {
            return std::ranges::find(nodes, path, &Node::path) == nodes.end();
        });
        if (!holder.nodes.empty())
            holders.push_back(std::move(holder));
    }
    return holders;
}

} // namespace

ListReport list_gpus(const Roots& roots, const std::vector<LibvirtDomain>& domains) {
    ListReport report;
    report.hidden = ::geteuid() != 0;
    const Journals journals = look_at_journals(roots);
    for (Gpu& gpu : find_gpus(roots)) {
        ListedGpu listed;
        listed.with = where_is(gpu, journals.standing);
        listed.set_up = set_up_for(roots, gpu, domains);
        listed.outlook =
            foresee(roots, made_up_domain(gpu), {}, others_of(journals.standing, {}).handed);
        listed.holders = holders_of(gpu, listed.outlook.machine);
        listed.gpu = std::move(gpu);
        report.gpus.push_back(std::move(listed));
    }
    return report;
}

std::string reason_of(const ListedGpu& listed) {
    if (!listed.outlook.refusal.empty())
        return listed.outlook.refusal;
    std::string text;
    for (const std::string& consequence : consequences(listed.outlook))
        text.append(text.empty() ? "" : ", ").append(consequence);
    return text.empty() ? "nobody uses it" : text;
}

} // namespace handoff
