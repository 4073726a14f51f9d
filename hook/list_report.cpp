// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"

#include "hook/layout.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/owner.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace handoff {
namespace {

using Json = nlohmann::ordered_json;

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

std::string unit_of(const Holder& holder) {
    const Owner owner = owner_of(holder.cgroup);
    return owner.manager ? owner.user_unit : owner.unit;
}

/// libpci's name of a device that it does not know is its number.
std::string name_and_id(const NamedFunction& function) {
    const bool has_it = function.name.find(function.id) != std::string::npos;
    return function.name + (has_it ? "" : " (" + function.id + ")");
}

std::string text_of(const NamedFunction& function) {
    return function.address + " " + function.driver + ", " + name_and_id(function);
}

std::string text_of(const Connector& connector) {
    if (connector.lit)
        return connector.name + " connected, shows a picture";
    return connector.name + " " + connector.status;
}

std::string group_text(const Gpu& gpu) {
    if (gpu.group.empty())
        return "none: the IOMMU is off";
    std::string text = gpu.group + (gpu.group_others.empty() ? ", nothing else in it" : ", with ");
    for (std::size_t i = 0; i < gpu.group_others.size(); ++i)
        text.append(i == 0 ? "" : "; ").append(text_of(gpu.group_others[i]));
    return text;
}

std::string screens_text(const Gpu& gpu) {
    if (!gpu.trouble.empty())
        return gpu.trouble;
    std::string text;
    for (const Connector& connector : gpu.connectors)
        text.append(text.empty() ? "" : "; ").append(text_of(connector));
    return text.empty() ? "no connector (its driver makes them)" : text;
}

std::string text_of(const SetUp& set_up) {
    std::string text = set_up.domain;
    if (set_up.running)
        text += *set_up.running ? ", which runs" : ", which is shut off";
    return text + (set_up.has_file
                       ? ""
                       : "; it has no file in /etc/gpu-handoff/domains, so its starts are "
                         "not gpu-handoff's");
}

std::string reason_of(const Outlook& outlook) {
    if (!outlook.refusal.empty())
        return outlook.refusal;
    std::string text;
    for (const std::string& consequence : consequences(outlook))
        text.append(text.empty() ? "" : ", ").append(consequence);
    return text.empty() ? "nobody uses it" : text;
}

Colour colour_of(Way way) {
    return way == Way::live                 ? Colour::green
           : way == Way::ending_the_session ? Colour::yellow
                                            : Colour::red;
}

std::string text_of(const ListedGpu& listed, std::size_t columns) {
    const Gpu& gpu = listed.gpu;
    const std::string head = " " + name_and_id(gpu.video());
    std::string text =
        coloured(Colour::bold, gpu.address) + wrapped(head, columns, 4, gpu.address.size());
    for (const NamedFunction& function : gpu.functions)
        text += entry(&function == &gpu.functions.front() ? "functions" : "",
                      function.address == gpu.address ? function.address + " " + function.driver
                                                      : text_of(function),
                      columns);
    text += entry("IOMMU group", group_text(gpu), columns);
    text += entry("screens", screens_text(gpu), columns);
    text += entry("boot VGA", gpu.boot_vga ? "yes" : "no", columns);
    for (const Holder& holder : listed.holders)
        text += entry(&holder == &listed.holders.front() ? "used by" : "",
                      handoff::text_of(std::vector{holder}), columns);
    if (listed.with)
        text += entry("with domain",
                      listed.with->domain + (listed.with->left_over
                                                 ? ", which has ended: run gpu-handoff recover"
                                                 : " since " + local_time(listed.with->since)),
                      columns, listed.with->left_over ? Colour::red : Colour::plain);
    for (const SetUp& set_up : listed.set_up)
        text +=
            entry(&set_up == &listed.set_up.front() ? "set up for" : "", text_of(set_up), columns);
    const Way way = way_of(listed.outlook);
    text += entry("hand over", std::string(name_of(way)) + ": " + reason_of(listed.outlook),
                  columns, colour_of(way));
    return text;
}

Json json_of(const NamedFunction& function) {
    return {{"address", function.address},
            {"name", function.name},
            {"id", function.id},
            {"driver", function.driver}};
}

Json json_of(const Connector& connector) {
    return {{"name", connector.name}, {"status", connector.status}, {"lit", connector.lit}};
}

Json json_of(const Holder& holder) {
    return {{"pid", holder.pid},
            {"name", holder.name},
            {"user", holder.user},
            {"unit", unit_of(holder)},
            {"node", holder.nodes.front()}};
}

Json json_of(const SetUp& set_up) {
    return {{"domain", set_up.domain},
            {"running", set_up.running ? Json(*set_up.running) : Json()},
            {"has_file", set_up.has_file}};
}

const char* word_of(Way way) {
    return way == Way::live ? "live" : way == Way::ending_the_session ? "ending_session" : "no";
}

template <typename Item> Json json_list(const std::vector<Item>& items) {
    Json all = Json::array();
    for (const Item& item : items)
        all.push_back(json_of(item));
    return all;
}

Json json_of(const ListedGpu& listed) {
    const Gpu& gpu = listed.gpu;
    return {{"address", gpu.address},
            {"name", gpu.video().name},
            {"id", gpu.video().id},
            {"driver", gpu.video().driver},
            {"functions", json_list(gpu.functions)},
            {"iommu_group", gpu.group.empty() ? Json() : Json(gpu.group)},
            {"group_others", json_list(gpu.group_others)},
            {"connectors", json_list(gpu.connectors)},
            {"boot_vga", gpu.boot_vga},
            {"holders", json_list(listed.holders)},
            {"handed_over", json_of(listed.with)},
            {"set_up_for", json_list(listed.set_up)},
            {"verdict", word_of(way_of(listed.outlook))},
            {"reason", reason_of(listed.outlook)}};
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

std::string text_of(const ListReport& report, std::size_t columns) {
    std::string text;
    for (const ListedGpu& listed : report.gpus)
        text.append(text.empty() ? "" : "\n").append(text_of(listed, columns));
    if (report.gpus.empty())
        text += wrapped("This computer has no graphics card on its PCI bus.", columns, 0, 0);
    if (!report.libvirt_trouble.empty())
        text += "\n" + wrapped("No domains: " + report.libvirt_trouble, columns, 2, 0);
    if (report.hidden)
        text +=
            "\n" + wrapped("Only root sees other users' processes, and which domain has a card: "
                           "what is said above leaves them out.",
                           columns, 2, 0);
    return text;
}

Json json_of(const ListReport& report) {
    Json gpus = Json::array();
    for (const ListedGpu& listed : report.gpus)
        gpus.push_back(json_of(listed));
    return {
        {"gpus", gpus},
        {"libvirt_error", report.libvirt_trouble.empty() ? Json() : Json(report.libvirt_trouble)},
        {"complete", !report.hidden}};
}

} // namespace handoff
