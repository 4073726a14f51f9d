// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/gpu.hpp"
#include "libhandoff/recovery.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// All journals, or why they could not be looked at: they are root's.
struct Journals {
    std::vector<Standing> standing;
    bool hidden = false; ///< from whom is not root
};
Journals look_at_journals(const Roots& roots);

/// The domain that has a GPU.
struct Whereabouts {
    std::string domain;
    std::chrono::system_clock::time_point since;
    bool left_over = false; ///< it has ended, and the card is still to be given back
};

/// Nothing if no journal names the GPU.
std::optional<Whereabouts> where_is(const Gpu& gpu, const std::vector<Standing>& journals);

/// {"domain", "since", "left_over"}; null for nothing.
nlohmann::ordered_json json_of(const std::optional<Whereabouts>& where);

} // namespace handoff
