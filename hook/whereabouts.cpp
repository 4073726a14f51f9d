// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/whereabouts.hpp"

#include "hook/layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unistd.h>

namespace handoff {

Journals look_at_journals(const Roots& roots) {
    if (::geteuid() != 0 && ::access(roots.journals().c_str(), F_OK) == 0 &&
        ::access(roots.journals().c_str(), R_OK | X_OK) != 0)
        return {{}, true};
    return {standing_journals(roots), false};
}

std::optional<Whereabouts> where_is(const Gpu& gpu, const std::vector<Standing>& journals) {
    for (const Standing& journal : journals)
        if (std::ranges::any_of(handed(journal.record).drivers,
                                [&](const auto& function) { return gpu.has(function.first); }))
            return Whereabouts{journal.record.domain, journal.since, !journal.live};
    return std::nullopt;
}

nlohmann::ordered_json json_of(const std::optional<Whereabouts>& where) {
    if (!where)
        return nullptr;
    return {{"domain", where->domain},
            {"since", iso_time(where->since)},
            {"left_over", where->left_over}};
}

} // namespace handoff
