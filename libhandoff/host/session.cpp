// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/sessions.hpp"
#include "libhandoff/units.hpp"

namespace handoff {
namespace {

/// A unit of a user's manager that is to end with the session: "user@1000:...".
bool is_unit(const std::string& subject) {
    return subject.find(':') != std::string::npos;
}

std::string state_of(const Roots& roots, const std::string& subject, const Deadline& deadline) {
    const bool lives = is_unit(subject) ? unit_state(roots, subject, deadline) == "active"
                                        : session_lives(roots, subject, deadline);
    return lives ? "active" : "ended";
}

} // namespace

std::string session_state(const Roots& roots, const std::string& subject) {
    return state_of(roots, subject, Deadline(look_deadline));
}

bool set_session(HostContext& context, const std::string& subject, const std::string& state,
                 const Deadline& deadline) {
    if (state_of(context.roots, subject, deadline) == state)
        return false;
    if (is_unit(subject))
        stop_unit(context.roots, subject, deadline);
    else
        end_session(context.roots, subject, deadline);
    return true;
}

} // namespace handoff
