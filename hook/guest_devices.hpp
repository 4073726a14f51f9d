// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/domain_setup.hpp"
#include "hook/setup_mark.hpp"

#include <pugixml.hpp>
#include <string>
#include <vector>

namespace handoff {

/// The single changes of a setup; see guest_features.hpp too. Each does what is missing, and adds
/// to `changes` what it did.

/// The host's functions to <devices>, as one device of the guest with several functions.
void add_functions(pugi::xml_node devices, const std::vector<std::string>& functions,
                   std::vector<SetupChange>& changes);
void add_input(pugi::xml_node devices, const Evdev& input, std::vector<SetupChange>& changes);

/// Takes one change back; nothing if a person has done so already.
void take_back(pugi::xml_node domain, const SetupChange& change);

} // namespace handoff
