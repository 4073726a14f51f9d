// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/status_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <nlohmann/json.hpp>

namespace handoff {

int run_status(const StatusRequest& asked) {
    const StatusReport report = look_at_status({});
    if (asked.json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return something_is_left(report) ? 1 : 0;
}

} // namespace handoff
