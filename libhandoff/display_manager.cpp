// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/display_manager.hpp"

#include "libhandoff/bus.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/sessions.hpp"
#include "libhandoff/unit_control.hpp"
#include "libhandoff/units.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace handoff {
namespace {

constexpr const char* seat = "seat0"; // the one with the consoles
constexpr int tries = 3;
/// A display manager that makes no session known to logind is taken at its word after this time.
constexpr std::chrono::seconds longest_look{10};

/// Nothing while logind is away, as when it is restarted.
std::optional<std::vector<Session>> sessions_now(const Roots& roots, const Deadline& deadline) {
    try {
        return sessions(roots, deadline);
    } catch (const BusError& error) {
        if (error.why() != BusError::Why::absent)
            throw;
        return std::nullopt;
    }
}

bool has_a_seat(const Session& session) {
    return !session.seat.empty() && !session.closing;
}

/// What became of a display manager that was started.
enum class Start { ended, without_desktop, done };

/// Waits for its session, or for its end.
Start look_at(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    // Half of what is left: logind is asked once more afterwards.
    const Deadline look(std::min<std::chrono::milliseconds>(deadline.left() / 2, longest_look));
    const Bus bus = Bus::of_system(roots, deadline);
    bus.call(deadline, systemd_manager(), "Subscribe");
    bus.listen(deadline, systemd_service,
               "member='PropertiesChanged',arg0='org.freedesktop.systemd1.Unit'");
    bus.listen(deadline, "org.freedesktop.login1", "member='SessionNew'");
    UnitControl control(bus, unit, unit, deadline);
    bool active = true;
    bool desktop = false;
    static_cast<void>(bus.wait_until(
        [&] {
            active = control.is_active();
            desktop = has_desktop(roots, deadline);
            return !active || desktop;
        },
        look));
    if (!active)
        return Start::ended;
    const auto last = sessions_now(roots, deadline);
    return desktop || !last || std::ranges::any_of(*last, has_a_seat) ? Start::done
                                                                      : Start::without_desktop;
}

} // namespace

bool has_session(const Roots& roots, const Deadline& deadline) {
    const auto now = sessions_now(roots, deadline);
    return now && std::ranges::any_of(*now, has_a_seat);
}

bool is_login(std::string_view unit) {
    return unit.starts_with("getty@");
}

bool has_desktop(const Roots& roots, const Deadline& deadline) {
    const auto now = sessions_now(roots, deadline);
    return now && std::ranges::any_of(*now, [](const Session& session) {
               return session.seat == seat && !session.closing &&
                      (session.role == "greeter" || session.type == "x11" ||
                       session.type == "wayland");
           });
}

void wait_for_screen(const Roots& roots, const Deadline& deadline) {
    if (!has_desktop(roots, deadline))
        wait_for_graphical_seat(roots, seat, Deadline(deadline.left() / 2));
}

bool start_display_manager(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    wait_for_screen(roots, deadline);
    bool changed = false;
    bool restarted = false;
    for (int n = 1; n <= tries; ++n) {
        changed = start_unit(roots, unit, deadline) || changed;
        const Start start = look_at(roots, unit, deadline);
        if (start == Start::ended)
            continue;
        if (start == Start::done || restarted || n == tries || deadline.left() < longest_look)
            return changed;
        // SDDM stays active when its X server has failed three times.
        log_warning(unit + ": is active, and shows nothing: restarting it");
        stop_unit(roots, unit, deadline);
        restarted = true;
    }
    throw Error(unit, "ends again right after its start", "see systemctl status " + unit);
}

} // namespace handoff
