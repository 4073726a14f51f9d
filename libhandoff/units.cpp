// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/units.hpp"

#include "libhandoff/as_user.hpp"
#include "libhandoff/bus.hpp"
#include "libhandoff/unit_control.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <system_error>

namespace handoff {
namespace {

using Why = BusError::Why;

constexpr int tries = 5;

struct Name {
    std::optional<uid_t> user; ///< whose manager has it; nothing: the system's
    std::string unit;
};

Name parse(const std::string& text) {
    constexpr std::string_view prefix = "user@";
    const std::size_t colon = text.find(':');
    uid_t user = 0;
    if (!text.starts_with(prefix) || colon == std::string::npos)
        return {std::nullopt, text};
    const char* end = text.data() + colon;
    const auto [read, error] = std::from_chars(text.data() + prefix.size(), end, user);
    if (error != std::errc() || read != end)
        return {std::nullopt, text};
    return {user, text.substr(colon + 1)};
}

/// What is done with a unit, and said when it belongs to a user whose manager does not run.
struct Request {
    std::function<std::string(UnitControl&)> act;
    std::optional<std::string> without_manager; ///< nothing: that is an error
};

/// systemd is away from its bus while it executes itself anew, and comes to a user's only after
/// that was started by the first who connects to it: us.
void await_manager(const Bus& bus, const std::string& unit, const Deadline& deadline) {
    const auto there = [&] { return bus.has_owner(deadline, systemd_service); };
    bus.listen(deadline, systemd_service, "member='StartupFinished'");
    if (!bus.wait_until(there, deadline))
        throw Error(unit, "its systemd does not come to its bus in time", "try again");
}

/// `runtime` is where this systemd has its own socket, which tells that it runs. A bus that ends,
/// with its systemd or without, is tried again: when both end, its socket is the last to go.
std::string ask_on(const std::function<Bus()>& open, const std::filesystem::path& runtime,
                   const std::function<std::string(const Bus&)>& act, const std::string& unit,
                   const Deadline& deadline) {
    for (int lost = 0;;) {
        try {
            const Bus bus = open();
            try {
                return act(bus);
            } catch (const BusError& error) {
                if (error.why() != Why::absent || !exists(runtime / "systemd/private"))
                    throw;
                await_manager(bus, unit, deadline);
            }
        } catch (const BusError& error) {
            if (error.why() != Why::lost || ++lost == tries)
                throw;
        }
    }
}

std::string ask_user(const Roots& roots, const std::string& unit, uid_t user,
                     const std::function<std::string(const Bus&)>& act, const Request& request,
                     const Deadline& deadline) {
    try {
        return ask_on([&] { return Bus::of_user(roots, user, deadline); },
                      roots.run / "user" / std::to_string(user), act, unit, deadline);
    } catch (const BusError& error) {
        if (error.why() != Why::absent)
            throw;
        if (!request.without_manager)
            throw Error(unit, "the user's systemd does not run (logged out?)", "log in again");
        return *request.without_manager;
    }
}

std::string ask(const Roots& roots, const std::string& unit, const Request& request,
                const Deadline& deadline) {
    const Name name = parse(unit);
    const auto act = [&](const Bus& bus) {
        UnitControl control(bus, name.unit, unit, deadline);
        return request.act(control);
    };
    if (!name.user)
        return ask_on([&] { return Bus::of_system(roots, deadline); }, roots.run, act, unit,
                      deadline);
    return as_user(
        *name.user, unit, [&] { return ask_user(roots, unit, *name.user, act, request, deadline); },
        deadline);
}

/// The bytes of an id in hexadecimal digits.
std::optional<std::array<unsigned char, 16>> bytes_of(std::string_view digits) {
    std::array<unsigned char, 16> bytes{};
    if (digits.size() != 2 * bytes.size())
        return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* begin = digits.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, bytes.at(i), 16);
        if (error != std::errc() || end != begin + 2)
            return std::nullopt;
    }
    return bytes;
}

bool is_over(const BusError& error) {
    constexpr std::array<std::string_view, 3> names{
        "org.freedesktop.systemd1.NoUnitForInvocationID", "org.freedesktop.systemd1.NoSuchUnit",
        "org.freedesktop.DBus.Error.UnknownObject", // ended between two questions
    };
    return std::find(names.begin(), names.end(), error.name()) != names.end();
}

} // namespace

std::string unit_state(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    const Request request{[](UnitControl& control) { return control.state(); }, "inactive"};
    return ask(roots, unit, request, deadline) == "active" ? "active" : "inactive";
}

bool is_transient(const Roots& roots, const std::string& unit) {
    const Name name = parse(unit);
    const std::filesystem::path runtime =
        name.user ? roots.run / "user" / std::to_string(*name.user) : roots.run;
    std::error_code denied; // another user's, to who is not root
    return !name.unit.empty() &&
           std::filesystem::exists(runtime / "systemd/transient" / name.unit, denied);
}

void stop_unit(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    const Request request{[](UnitControl& control) {
                              control.stop();
                              return std::string();
                          },
                          std::string()};
    ask(roots, unit, request, deadline);
}

bool start_unit(const Roots& roots, const std::string& unit, const Deadline& deadline) {
    const Request request{
        [](UnitControl& control) { return std::string(control.start() ? "started" : ""); },
        std::nullopt};
    return !ask(roots, unit, request, deadline).empty();
}

std::string unit_id(const Roots& roots, const std::string& alias, const Deadline& deadline) {
    return ask(roots, alias, {[](UnitControl& control) { return control.id(); }, std::string()},
               deadline);
}

std::string unit_of_invocation(const Bus& bus, std::string_view invocation,
                               const Deadline& deadline) {
    const auto bytes = bytes_of(invocation);
    if (!bytes)
        return {};
    try {
        const Message request = bus.request(systemd_manager(), "GetUnitByInvocationID");
        request.append_bytes(bytes->data(), bytes->size());
        const Message answer = bus.call(request, deadline);
        const char* path = nullptr;
        answer.read("o", &path);
        return bus.property(deadline, {systemd_service, path, "org.freedesktop.systemd1.Unit"},
                            "Id");
    } catch (const BusError& error) {
        if (is_over(error))
            return {};
        throw;
    }
}

bool shutting_down(const Roots& roots, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    return bus.property(deadline, systemd_manager(), "SystemState") == "stopping";
}

} // namespace handoff
