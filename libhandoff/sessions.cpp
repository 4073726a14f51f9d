// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/sessions.hpp"

#include "libhandoff/bus.hpp"
#include "libhandoff/units.hpp"

#include <optional>
#include <string_view>
#include <system_error>

namespace handoff {
namespace {

using Why = BusError::Why;

constexpr const char* logind = "org.freedesktop.login1";

const Object& manager() {
    static const Object object{logind, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"};
    return object;
}

Object session_object(const std::string& path) {
    return {logind, path, "org.freedesktop.login1.Session"};
}

/// Between two questions what was there may have gone.
bool is_gone(const BusError& error) {
    return error.name() == "org.freedesktop.login1.NoSuchSession" ||
           error.name() == "org.freedesktop.DBus.Error.UnknownObject";
}

/// Of the words NAME=VALUE, each with a zero byte at its end.
std::string variable(const std::string& environment, const std::string& name) {
    const std::string wanted = std::string(1, '\0').append(name).append("=");
    const std::string text = std::string(1, '\0').append(environment);
    const std::size_t found = text.find(wanted);
    if (found == std::string::npos)
        return {};
    const std::size_t begin = found + wanted.size();
    return text.substr(begin, text.find('\0', begin) - begin);
}

/// Empty when the process has ended or is none of ours.
std::string invocation_of(const Roots& roots, pid_t pid) {
    try {
        const auto environment = read_file(roots.proc / std::to_string(pid) / "environ");
        return variable(environment.value_or(""), "INVOCATION_ID");
    } catch (const std::system_error&) {
        return {};
    }
}

/// The getty of a session on a console. The login of util-linux (Debian 13) writes its title over
/// the environment that would tell.
std::string getty_of(const Roots& roots, const Session& session, const Deadline& deadline) {
    if (!session.tty.starts_with("tty"))
        return {};
    const std::string getty = "getty@" + session.tty + ".service";
    try {
        return unit_state(roots, getty, deadline) == "active" ? getty : std::string();
    } catch (const Error&) {
        return {};
    }
}

std::vector<std::string> session_paths(const Bus& bus, const Deadline& deadline) {
    const Message answer = bus.call(deadline, manager(), "ListSessions");
    std::vector<std::string> paths;
    if (!answer.enter('a', "(susso)"))
        return paths;
    constexpr const char** no_text = nullptr;
    constexpr std::uint32_t* no_number = nullptr;
    const char* path = nullptr;
    while (answer.read("(susso)", no_text, no_number, no_text, no_text, &path))
        paths.emplace_back(path);
    return paths;
}

/// Nothing if the session has gone meanwhile.
std::optional<Session> session_at(const Roots& roots, const Bus& bus, const std::string& path,
                                  const Deadline& deadline) {
    try {
        const Properties all = bus.properties(deadline, session_object(path));
        Session session;
        session.id = all.text("Id");
        session.uid = all.number("User");
        session.user = all.text("Name");
        session.seat = all.text("Seat");
        session.tty = all.text("TTY");
        session.type = all.text("Type");
        session.role = all.text("Class");
        session.closing = all.text("State") == "closing";
        session.leader = static_cast<pid_t>(all.number("Leader"));
        session.origin = unit_of_invocation(bus, invocation_of(roots, session.leader), deadline);
        if (session.origin.empty())
            session.origin = getty_of(roots, session, deadline);
        return session;
    } catch (const BusError& error) {
        if (is_gone(error))
            return std::nullopt;
        throw;
    }
}

/// Nothing if there is no such session.
std::optional<std::string> session_path(const Bus& bus, const std::string& id,
                                        const Deadline& deadline) {
    try {
        const Message answer = bus.call(deadline, manager(), "GetSession", "s", id.c_str());
        const char* path = nullptr;
        answer.read("o", &path);
        return path;
    } catch (const BusError& error) {
        if (is_gone(error))
            return std::nullopt;
        throw;
    }
}

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(':'), words.size());
        if (words.substr(0, end) == word)
            return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

/// A seat that is not there (yet) cannot be graphical, and no more can one of a logind that is not
/// there (yet).
bool is_graphical(const Bus& bus, const Object& seat, const Deadline& deadline) {
    const Object getter{seat.service, seat.path, "org.freedesktop.DBus.Properties"};
    try {
        const Message answer =
            bus.call(deadline, getter, "Get", "ss", seat.interface, "CanGraphical");
        int graphical = 0;
        answer.read("v", "b", &graphical);
        return graphical != 0;
    } catch (const BusError& error) {
        if (is_gone(error) || error.why() == Why::absent)
            return false;
        throw;
    }
}

} // namespace

std::vector<Session> sessions(const Roots& roots, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    std::vector<Session> all;
    for (const std::string& path : session_paths(bus, deadline))
        if (std::optional<Session> session = session_at(roots, bus, path, deadline))
            all.push_back(std::move(*session));
    return all;
}

std::vector<Blocker> shutdown_blockers(const Roots& roots, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    const Message answer = bus.call(deadline, manager(), "ListInhibitors");
    std::vector<Blocker> blockers;
    if (!answer.enter('a', "(ssssuu)"))
        return blockers;
    const char* what = nullptr;
    const char* who = nullptr;
    const char* why = nullptr;
    const char* mode = nullptr;
    constexpr std::uint32_t* no_number = nullptr;
    std::uint32_t pid = 0;
    while (answer.read("(ssssuu)", &what, &who, &why, &mode, no_number, &pid))
        if (has_word(what, "shutdown") && std::string_view(mode) == "block")
            blockers.push_back({who, why, static_cast<pid_t>(pid)});
    return blockers;
}

bool session_lives(const Roots& roots, const std::string& id, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    const std::optional<std::string> path = session_path(bus, id, deadline);
    try {
        return path && bus.property(deadline, session_object(*path), "State") != "closing";
    } catch (const BusError& error) {
        if (is_gone(error))
            return false;
        throw;
    }
}

void end_session(const Roots& roots, const std::string& id, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    bus.listen(deadline, logind, "member='SessionRemoved'");
    try {
        bus.call(deadline, manager(), "TerminateSession", "s", id.c_str());
    } catch (const BusError& error) {
        if (is_gone(error))
            return;
        throw;
    }
    if (!bus.wait_until([&] { return !session_path(bus, id, deadline); }, deadline))
        throw Error("session " + id, "does not end in time",
                    "raise timeout_s (a program in it may take 90 s)");
}

bool wait_for_graphical_seat(const Roots& roots, const std::string& seat,
                             const Deadline& deadline) {
    const Object object{logind, encoded_path("/org/freedesktop/login1/seat", seat),
                        "org.freedesktop.login1.Seat"};
    try {
        const Bus bus = Bus::of_system(roots, deadline);
        bus.listen(deadline, logind, "member='PropertiesChanged',path='" + object.path + "'");
        bus.listen(deadline, logind, "member='SeatNew'");
        return bus.wait_until([&] { return is_graphical(bus, object, deadline); }, deadline);
    } catch (const BusError& error) {
        if (error.why() == Why::silent)
            return false;
        throw;
    }
}

} // namespace handoff
