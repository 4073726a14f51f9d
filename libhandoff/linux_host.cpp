// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/linux_host.hpp"

#include "libhandoff/modules.hpp"
#include "libhandoff/nodes.hpp"

#include <cstdlib>
#include <utility>

namespace handoff {

LinuxHost::LinuxHost(Roots roots, Late late) : context_{std::move(roots), {}, std::move(late)} {}

std::string LinuxHost::state(Kind kind, const std::string& subject) {
    switch (kind) {
    case Kind::attribute:
        return attribute_state(context_.roots, subject);
    case Kind::module:
        return module_state(context_.roots, subject);
    case Kind::driver:
        return driver_state(context_.roots, subject);
    }
    std::abort();
}

bool LinuxHost::set(Kind kind, const std::string& subject, const std::string& state,
                    const Deadline& deadline) {
    switch (kind) {
    case Kind::attribute:
        return set_attribute(context_, subject, state, deadline);
    case Kind::module:
        return set_module(context_, subject, state, deadline);
    case Kind::driver:
        return set_driver(context_, subject, state, deadline);
    }
    std::abort();
}

void LinuxHost::require_free(const Plan& plan, const Machine& machine, const Deadline& deadline) {
    std::vector<Guarded> all; // functions first: people know their cards, not their modules
    for (const Step& step : plan)
        if (step.kind == Kind::driver)
            all.push_back({step.subject, machine.functions.at(step.subject).nodes});
    for (const Step& step : plan)
        if (step.kind == Kind::module && step.from != step.to)
            all.push_back(
                {"module " + step.subject, nodes_of_module(context_.roots, step.subject)});
    context_.gate.look(all, deadline);
}

} // namespace handoff
