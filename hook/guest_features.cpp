// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/guest_features.hpp"

#include "hook/xml_edit.hpp"
#include "libhandoff/error.hpp"

#include <string>
#include <string_view>

namespace handoff {
namespace {

constexpr const char* vendor_id = "gpu-handoff"; // at most twelve characters

/// The child of that name, which is made if it is missing.
pugi::xml_node child_of(pugi::xml_node parent, const std::string& name) {
    const pugi::xml_node child = parent.child(name.c_str());
    return child.empty() ? insert_element(parent, "<" + name + "/>") : child;
}

void turn_on(pugi::xml_node parent, const std::string& name, std::vector<SetupChange>& changes) {
    if (parent.child(name.c_str()).empty()) {
        insert_element(parent, "<" + name + " state='on'/>");
        changes.push_back({name, "", {}});
    } else {
        change_attribute(parent.child(name.c_str()), "state", "on", {name, "", {}}, changes);
    }
}

void turn_back(const pugi::xml_node& features, const char* parent, const SetupChange& change) {
    const pugi::xml_node group = features.child(parent);
    const pugi::xml_node element = group.child(change.what.c_str());
    if (element.empty())
        return;
    if (change.was)
        return restore_attribute(element, "state", *change.was);
    remove_element(element);
    for (const pugi::xml_node& emptied : {group, features})
        if (has_no_elements(emptied))
            remove_element(emptied);
}

} // namespace

void hide_kvm(pugi::xml_node domain, std::vector<SetupChange>& changes) {
    const pugi::xml_node features = child_of(domain, "features");
    if (std::string_view(features.child("hyperv").attribute("mode").value()) == "passthrough")
        throw Error("domain '" + std::string(domain.child_value("name")) + "'",
                    "its <hyperv mode='passthrough'> leaves no choice of the vendor id",
                    "make the mode custom, or leave out --hide-kvm");
    turn_on(child_of(features, "kvm"), "hidden", changes);
    pugi::xml_node hyperv = child_of(features, "hyperv");
    turn_on(hyperv, "vendor_id", changes);
    pugi::xml_node id = hyperv.child("vendor_id");
    if (id.attribute("value").empty())
        id.append_attribute("value").set_value(vendor_id);
}

void take_back_feature(const pugi::xml_node& features, const SetupChange& change) {
    if (change.what == "hidden")
        turn_back(features, "kvm", change);
    else if (change.what == "vendor_id")
        turn_back(features, "hyperv", change);
}

} // namespace handoff
