// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/plan_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <nlohmann/json.hpp>

namespace handoff {

int run_plan(const PlanRequest& asked) {
    const LibvirtDomain domain = Libvirt(asked.uri).find(asked.domain, Deadline(libvirt_patience));
    const PlanReport report = plan_start({}, domain);
    if (asked.json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return report.refusal.empty() ? 0 : 1;
}

} // namespace handoff
