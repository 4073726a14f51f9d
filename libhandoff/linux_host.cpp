// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/linux_host.hpp"

#include "libhandoff/modules.hpp"

#include <cstdlib>
#include <utility>

namespace handoff {

LinuxHost::LinuxHost(Roots roots, Late late, HolderGate gate)
    : context_{std::move(roots), std::move(gate), std::move(late)} {}

std::string LinuxHost::state(Kind kind, const std::string& subject) {
    switch (kind) {
    case Kind::attribute:
        return attribute_state(context_.roots, subject);
    case Kind::card:
        return card_state(context_.roots, subject);
    case Kind::unit:
        return unit_state_now(context_.roots, subject);
    case Kind::session:
        return session_state(context_.roots, subject);
    case Kind::process:
        return process_state(context_.roots, subject);
    case Kind::framebuffer:
        return framebuffer_state(context_.roots, subject);
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
    case Kind::card:
        return set_card(context_, subject, state, deadline);
    case Kind::unit:
        return set_unit(context_, subject, state, deadline);
    case Kind::session:
        return set_session(context_, subject, state, deadline);
    case Kind::process:
        return set_process(context_, subject, state, deadline);
    case Kind::framebuffer:
        return set_framebuffer(context_, subject, state, deadline);
    case Kind::module:
        return set_module(context_, subject, state, deadline);
    case Kind::driver:
        return set_driver(context_, subject, state, deadline);
    }
    std::abort();
}

} // namespace handoff
