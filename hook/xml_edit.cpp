// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/xml_edit.hpp"

#include "libhandoff/error.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace handoff {
namespace {

constexpr unsigned parsing = pugi::parse_full | pugi::parse_ws_pcdata;
constexpr unsigned writing =
    pugi::format_raw | pugi::format_no_declaration | pugi::format_attribute_single_quote;

bool is_element(const pugi::xml_node& node) {
    return node.type() == pugi::node_element;
}

bool is_white_space(const pugi::xml_node& node) {
    return node.type() == pugi::node_pcdata &&
           std::string_view(node.value()).find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The line break and the indentation before an element; nothing if it follows other text.
std::string break_before(const pugi::xml_node& element) {
    const pugi::xml_node before = element.previous_sibling();
    if (!is_white_space(before))
        return {};
    const std::string_view space = before.value();
    const std::size_t line = space.rfind('\n');
    return line == std::string_view::npos ? std::string() : std::string(space.substr(line));
}

pugi::xml_node last_element(const pugi::xml_node& parent, const std::string& name) {
    pugi::xml_node last;
    for (const pugi::xml_node& child : parent.children(name.c_str()))
        last = child;
    for (pugi::xml_node child = parent.last_child(); last.empty() && !child.empty();
         child = child.previous_sibling())
        if (is_element(child))
            last = child;
    return last;
}

std::string indented(const std::string& text, const std::string& line_break) {
    std::string result;
    for (const char c : text)
        result.append(c == '\n' ? line_break : std::string(1, c));
    return result;
}

} // namespace

void load_xml(pugi::xml_document& document, const std::string& text) {
    const pugi::xml_parse_result result =
        document.load_buffer(text.data(), text.size(), parsing, pugi::encoding_utf8);
    if (!result)
        throw Error("domain XML",
                    std::string(result.description()) + " at byte " + std::to_string(result.offset),
                    "'virsh dumpxml' shows it");
}

std::string text_of(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, "", writing, pugi::encoding_utf8);
    return text.str();
}

pugi::xml_node insert_element(pugi::xml_node parent, const std::string& element) {
    const std::string unit = "  ";
    pugi::xml_document name;
    load_xml(name, element);
    const pugi::xml_node last = last_element(parent, name.document_element().name());
    const std::string outer = break_before(parent).empty() ? "\n" : break_before(parent);
    const std::string line_break = last.empty() ? outer + unit : break_before(last);
    pugi::xml_document fragment;
    load_xml(fragment, indented(element, line_break.empty() ? "\n" : line_break));
    pugi::xml_node added;
    if (last.empty()) {
        parent.append_child(pugi::node_pcdata).set_value(line_break.c_str());
        added = parent.append_copy(fragment.document_element());
        parent.append_child(pugi::node_pcdata).set_value(outer.c_str());
    } else {
        added = parent.insert_copy_after(fragment.document_element(), last);
        if (!line_break.empty())
            parent.insert_child_before(pugi::node_pcdata, added).set_value(line_break.c_str());
    }
    return added;
}

void remove_element(pugi::xml_node element) {
    pugi::xml_node parent = element.parent();
    if (const pugi::xml_node before = element.previous_sibling(); is_white_space(before))
        parent.remove_child(before);
    parent.remove_child(element);
}

bool has_no_elements(const pugi::xml_node& parent) {
    return std::ranges::none_of(parent.children(), is_element);
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text)
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '\'':
            result += "&apos;";
            break;
        default:
            result += c;
        }
    return result;
}

} // namespace handoff
