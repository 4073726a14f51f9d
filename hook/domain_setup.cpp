// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/domain_setup.hpp"

#include "hook/guest_devices.hpp"
#include "hook/guest_features.hpp"
#include "hook/setup_mark.hpp"
#include "hook/xml_edit.hpp"
#include "libhandoff/error.hpp"

namespace handoff {
namespace {

pugi::xml_node domain_of(const pugi::xml_document& document) {
    const pugi::xml_node domain = document.document_element();
    if (domain.child("devices").empty())
        throw Error("domain XML", "has no <devices>", "'virsh dumpxml' shows it");
    return domain;
}

} // namespace

std::string set_up(const std::string& xml, const SetupWish& wish) {
    pugi::xml_document document;
    load_xml(document, xml);
    const pugi::xml_node domain = domain_of(document);
    const std::vector<SetupChange> before = read_mark(domain);
    std::vector<SetupChange> changes = before;
    add_functions(domain.child("devices"), wish.functions, changes);
    for (const Evdev& input : wish.inputs)
        add_input(domain.child("devices"), input, changes);
    if (wish.hide_kvm)
        hide_kvm(domain, changes);
    if (find_mark(domain).empty() || changes != before)
        write_mark(domain, changes);
    return text_of(document);
}

std::string undo_set_up(const std::string& xml) {
    pugi::xml_document document;
    load_xml(document, xml);
    const pugi::xml_node domain = domain_of(document);
    if (find_mark(domain).empty())
        throw Error("domain '" + std::string(domain.child_value("name")) + "'",
                    "was not set up by gpu-handoff setup", "there is nothing to take back");
    const std::vector<SetupChange> changes = read_mark(domain);
    for (std::size_t i = changes.size(); i > 0; --i)
        take_back(domain, changes[i - 1]);
    remove_mark(domain);
    return text_of(document);
}

std::string as_written(const std::string& xml) {
    pugi::xml_document document;
    load_xml(document, xml);
    return text_of(document);
}

} // namespace handoff
