// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/setup_mark.hpp"

#include <pugixml.hpp>
#include <vector>

namespace handoff {

/// For drivers that refuse to work in a guest: hides KVM's signature, and makes the vendor of the
/// Hyper-V features another one. Adds to `changes` what it did.
void hide_kvm(pugi::xml_node domain, std::vector<SetupChange>& changes);

/// Takes such a change in <features> back.
void take_back_feature(const pugi::xml_node& features, const SetupChange& change);

} // namespace handoff
