// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

namespace handoff {

/// One thing that setup did to a domain's XML.
struct SetupChange {
    std::string what;    ///< "hostdev", "controller", "input", "managed", ...
    std::string subject; ///< which: a host's address, an index, a node; may be empty
    /// The former value of what was there; nothing for what was added. Empty: it had no value.
    std::optional<std::string> was;

    bool operator==(const SetupChange&) const = default;
};

/// Sets an attribute. If that changes anything, `change` with its former value goes to `changes`.
void change_attribute(pugi::xml_node element, const char* attribute, const char* value,
                      SetupChange change, std::vector<SetupChange>& changes);
/// Gives an attribute its former value; it goes if it had none.
void restore_attribute(pugi::xml_node element, const char* attribute, const std::string& was);

/// The element of ours in a domain's <metadata> (its namespace is that of domain.hpp), which tells
/// the hook of the setup, and setup --remove what to take back. Empty if there is none.
pugi::xml_node find_mark(const pugi::xml_node& domain);

/// What the mark says, in the order in which it was done.
std::vector<SetupChange> read_mark(const pugi::xml_node& domain);
/// Writes the mark, over the one that is there.
void write_mark(pugi::xml_node domain, const std::vector<SetupChange>& changes);
void remove_mark(pugi::xml_node domain);

} // namespace handoff
