// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/layout.hpp"
#include "hook/list_report.hpp"

namespace handoff {
namespace {

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
    text += entry("hand over", std::string(name_of(way)) + ": " + reason_of(listed), columns,
                  colour_of(way));
    return text;
}

} // namespace

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

} // namespace handoff
