// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/history.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace handoff {

/// What the bars of steps are drawn with: blocks where the terminal has UTF-8, or "=".
enum class Bars { blocks, ascii };

/// Each event with its outcome and error, and its steps as bars over its time; oldest first.
std::string text_of(const std::vector<Event>& events, std::size_t columns, Bars bars);
nlohmann::ordered_json json_of(const std::vector<Event>& events);

/// Those of one domain, by name or uuid. Throws Error if there is none, and offers the nearest
/// names.
std::vector<Event> of_domain(const std::vector<Event>& events, const std::string& domain);

} // namespace handoff
