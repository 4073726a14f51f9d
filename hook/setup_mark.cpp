// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/setup_mark.hpp"

#include "hook/xml_edit.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/domain_xml.hpp"

namespace handoff {
namespace {

std::string text_of(const SetupChange& change) {
    std::string text = "<gpu-handoff:did what='" + escaped(change.what) + "'";
    if (!change.subject.empty())
        text += " to='" + escaped(change.subject) + "'";
    if (change.was)
        text += " was='" + escaped(*change.was) + "'";
    return text + "/>";
}

} // namespace

void change_attribute(pugi::xml_node element, const char* attribute, const char* value,
                      SetupChange change, std::vector<SetupChange>& changes) {
    const std::string was = element.attribute(attribute).value();
    if (was == value)
        return;
    if (element.attribute(attribute).empty())
        element.append_attribute(attribute);
    element.attribute(attribute).set_value(value);
    change.was = was;
    changes.push_back(std::move(change));
}

void restore_attribute(pugi::xml_node element, const char* attribute, const std::string& was) {
    if (was.empty())
        element.remove_attribute(attribute);
    else
        element.attribute(attribute).set_value(was.c_str());
}

pugi::xml_node find_mark(const pugi::xml_node& domain) {
    for (const pugi::xml_node& element : domain.child("metadata").children())
        if (element.type() == pugi::node_element && namespace_of(element) == mark_namespace)
            return element;
    return {};
}

std::vector<SetupChange> read_mark(const pugi::xml_node& domain) {
    std::vector<SetupChange> changes;
    for (const pugi::xml_node& entry : find_mark(domain).children()) {
        if (entry.type() != pugi::node_element)
            continue;
        SetupChange change{entry.attribute("what").value(), entry.attribute("to").value(), {}};
        if (const pugi::xml_attribute was = entry.attribute("was"))
            change.was = was.value();
        changes.push_back(std::move(change));
    }
    return changes;
}

void write_mark(pugi::xml_node domain, const std::vector<SetupChange>& changes) {
    if (const pugi::xml_node old = find_mark(domain))
        remove_element(old);
    pugi::xml_node metadata = domain.child("metadata");
    if (metadata.empty())
        metadata = insert_element(domain, "<metadata/>");
    std::string mark =
        "<gpu-handoff:setup xmlns:gpu-handoff='" + std::string(mark_namespace) + "'>";
    for (const SetupChange& change : changes)
        mark += "\n  " + text_of(change);
    insert_element(metadata, mark + (changes.empty() ? "" : "\n") + "</gpu-handoff:setup>");
}

void remove_mark(pugi::xml_node domain) {
    const pugi::xml_node mark = find_mark(domain);
    if (mark.empty())
        return;
    remove_element(mark);
    if (const pugi::xml_node metadata = domain.child("metadata"); has_no_elements(metadata))
        remove_element(metadata);
}

} // namespace handoff
