// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/session_end.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/known_holders.hpp"
#include "libhandoff/owner.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace handoff {
namespace {

bool one_of(const std::string& text, const auto& words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_graphical(const Session& session) {
    constexpr std::array<std::string_view, 3> types{"x11", "wayland", "mir"};
    return one_of(session.type, types);
}

/// "user", and with newer systemds "user-early" (root's), "user-light" (a system user's) and
/// others.
bool is_of_person(const Session& session) {
    return session.role == "user" || session.role.starts_with("user-");
}

/// Somebody at a screen, or the greeter that waits for one.
bool is_at_seat(const Session& session) {
    constexpr std::array<std::string_view, 2> others{"greeter", "lock-screen"};
    return !session.seat.empty() && (is_of_person(session) || one_of(session.role, others));
}

/// The session that the process belongs to; of a user's several, the graphical one.
const Session* session_of(const Desktop& desktop, const Holder& holder) {
    const Owner owner = owner_of(holder.cgroup);
    const Session* found = nullptr;
    for (const Session& session : desktop.sessions) {
        const bool its =
            owner.manager ? session.uid == *owner.manager : session.id == owner.session;
        if (its && is_at_seat(session) && (found == nullptr || is_graphical(session)))
            found = &session;
    }
    return found;
}

bool is_maker(const Desktop& desktop, const Owner& owner) {
    if (owner.unit.empty() || owner.manager)
        return false;
    return owner.unit == desktop.display_manager ||
           std::ranges::any_of(desktop.sessions, [&](const Session& session) {
               return is_at_seat(session) && session.origin == owner.unit;
           });
}

/// The sessions that lose their screen: those of the holders, and every other graphical one at
/// their seats.
std::vector<const Session*> ending(const Desktop& desktop, const std::vector<Holder>& holders) {
    std::set<const Session*> theirs;
    std::set<std::string> seats;
    for (const Holder& holder : holders) {
        if (const Session* session = session_of(desktop, holder)) {
            theirs.insert(session);
            seats.insert(session->seat);
        } else
            seats.insert("seat0"); // a display manager's own X server
    }
    std::vector<const Session*> all;
    for (const Session& session : desktop.sessions)
        if (is_at_seat(session) &&
            (theirs.contains(&session) ||
             (seats.contains(session.seat) && is_graphical(session) && !session.closing)))
            all.push_back(&session);
    return all;
}

/// With a display manager go all sessions that it made, those at other seats too.
void require_one_person(const Desktop& desktop, const std::vector<const Session*>& sessions,
                        const std::string& subject) {
    std::set<std::string> people;
    for (const Session* session : sessions)
        if (is_of_person(*session))
            people.insert(session->user);
    for (const Session& session : desktop.sessions)
        if (is_of_person(session) && !session.closing && !session.origin.empty() &&
            session.origin == desktop.display_manager)
            people.insert(session.user);
    if (people.size() > 1)
        throw Error(subject,
                    "the sessions of " + *people.begin() + " and " + *people.rbegin() +
                        " would end",
                    "have one of them log out");
}

void require_interruptible(const Desktop& desktop, const std::string& subject) {
    if (desktop.blockers.empty())
        return;
    const Blocker& blocker = desktop.blockers.front();
    throw Error(subject,
                blocker.who + " (pid " + std::to_string(blocker.pid) +
                    ") must not be interrupted by the end of the session: " + blocker.why,
                "wait until it is done");
}

void add(Plan& plan, Step step) {
    if (std::ranges::find(plan, step) == plan.end())
        plan.push_back(std::move(step));
}

/// What would make a session again as soon as one ends.
void stop_makers(const Desktop& desktop, const std::vector<const Session*>& sessions, Plan& plan) {
    if (!desktop.display_manager.empty())
        add(plan, {Kind::unit, desktop.display_manager, "active", "inactive"});
    for (const Session* session : sessions)
        if (session->origin.ends_with(".service") && !desktop.transient.contains(session->origin))
            add(plan, {Kind::unit, session->origin, "active", "inactive"});
}

} // namespace

bool is_desktop(const Desktop& desktop, const Holder& holder) {
    return session_of(desktop, holder) != nullptr || is_maker(desktop, owner_of(holder.cgroup));
}

Step end_of(const Holder& holder) {
    return {Kind::process, std::to_string(holder.pid) + " " + holder.start + " " + holder.name,
            "running", "ended"};
}

Plan end_desktop(const Desktop& desktop, const std::vector<Holder>& holders,
                 const std::string& subject) {
    const std::vector<const Session*> sessions = ending(desktop, holders);
    require_one_person(desktop, sessions, subject);
    require_interruptible(desktop, subject);
    Plan plan;
    stop_makers(desktop, sessions, plan);
    for (const Session* session : sessions)
        add(plan, {Kind::session, session->id, "active", "ended"});
    for (const Holder& holder : holders) {
        const Owner owner = owner_of(holder.cgroup);
        if (!owner.manager || owner.user_unit.empty())
            continue;
        // What D-Bus started is in the unit of the user's bus. Over that bus it cannot be stopped:
        // each new connection would start it again.
        if (is_message_bus(owner.user_unit))
            add(plan, end_of(holder));
        else
            add(plan, {Kind::session, owner.subject(), "active", "ended"});
    }
    return plan;
}

} // namespace handoff
