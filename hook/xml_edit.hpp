// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <pugixml.hpp>
#include <string>

namespace handoff {

/// XML that is edited while everything else in it stays as it was, white space and comments
/// included. (But for the quotes of attributes, which become libvirt's.)

/// Throws Error when it is no XML.
void load_xml(pugi::xml_document& document, const std::string& text);
std::string text_of(const pugi::xml_document& document);

/// Puts the element, whose lines are indented as if it stood alone, on lines of its own: behind the
/// last child of its name, or at the end. Returns it.
pugi::xml_node insert_element(pugi::xml_node parent, const std::string& element);
/// With the line break and the indentation before it.
void remove_element(pugi::xml_node element);

/// Whether no element is in it.
bool has_no_elements(const pugi::xml_node& parent);

/// The text as it stands between the quotes of an attribute.
std::string escaped(const std::string& text);

} // namespace handoff
