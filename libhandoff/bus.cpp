// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/bus.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace handoff {
namespace {

using Why = BusError::Why;

constexpr std::string_view needs = "gpu-handoff needs systemd, its logind and D-Bus";

/// A path as it stands in a bus address.
std::string escaped(const std::string& path) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.*";
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos)
            text += c;
        else
            text.append({'%', digits[byte / digits.size()], digits[byte % digits.size()]});
    }
    return text;
}

/// The message bus itself.
const Object& driver() {
    static const Object object{"org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus"};
    return object;
}

/// What people call a service.
std::string known_as(const std::string& service) {
    if (service == "org.freedesktop.systemd1")
        return "systemd";
    if (service == "org.freedesktop.login1")
        return "logind";
    return service;
}

bool is_connection_error(int error) {
    constexpr std::array codes{ENOTCONN, ECONNRESET, EPIPE, ESHUTDOWN};
    return std::ranges::find(codes, error) != codes.end();
}

bool means_absent(const std::string& error) {
    constexpr std::array<std::string_view, 4> names{
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.NoReply", // it left the bus instead of answering
        "org.freedesktop.DBus.Error.Disconnected",
    };
    return std::ranges::find(names, error) != names.end();
}

std::uint64_t microseconds(const Deadline& deadline) {
    return static_cast<std::uint64_t>(std::chrono::microseconds(deadline.left()).count());
}

/// The error of a call, filled in by sd-bus.
struct Failure {
    sd_bus_error error{};

    Failure() = default;
    Failure(const Failure&) = delete;
    Failure& operator=(const Failure&) = delete;
    ~Failure() { libsystemd().bus_error_free(&error); }
};

std::string text_or(const char* text, const std::string& otherwise) {
    return text == nullptr ? otherwise : text;
}

std::string without_period(std::string text) {
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

} // namespace

std::string encoded_path(const char* parent, const std::string& name) {
    char* made = nullptr;
    if (const int result = libsystemd().bus_path_encode(parent, name.c_str(), &made); result < 0)
        throw std::system_error(-result, std::generic_category(), name);
    std::string path = made;
    std::free(made);
    return path;
}

BusError::BusError(std::string_view subject, std::string name, std::string reason)
    : Error(subject, reason, "see the system's log"), why_(Why::refused), name_(std::move(name)),
      reason_(std::move(reason)) {}

Bus Bus::of_system(const Roots& roots, const Deadline& deadline) {
    return open("system bus", roots.run / "dbus/system_bus_socket", deadline);
}

Bus Bus::of_user(const Roots& roots, uid_t user, const Deadline& deadline) {
    const std::string id = std::to_string(user);
    return open("bus of user " + id, roots.run / "user" / id / "bus", deadline);
}

Bus Bus::open(std::string name, const std::filesystem::path& socket, const Deadline& deadline) {
    sd_bus* made = nullptr;
    if (const int result = libsystemd().bus_new(&made); result < 0)
        throw std::system_error(-result, std::generic_category(), "sd_bus_new");
    Bus bus(std::move(name), made);
    bus.connect(socket, deadline);
    return bus;
}

/// Not sd_bus_open_system(): a call on a bus that is not ready waits 90 s for one that accepts, and
/// then is silent.
void Bus::connect(const std::filesystem::path& socket, const Deadline& deadline) const {
    const std::string address = "unix:path=" + escaped(socket.string());
    int result = libsystemd().bus_set_address(bus_.get(), address.c_str());
    if (result >= 0)
        result = libsystemd().bus_set_bus_client(bus_.get(), 1);
    if (result >= 0)
        result = libsystemd().bus_start(bus_.get());
    if (result == -ENOENT || result == -ENOTDIR)
        throw BusError(Why::absent, name_, socket.string() + " is not there", needs);
    if (result == -ECONNREFUSED)
        throw BusError(Why::absent, name_, "nobody listens at " + socket.string(), needs);
    if (result < 0)
        fail(-result);
    while (libsystemd().bus_is_ready(bus_.get()) <= 0) {
        const int progress = libsystemd().bus_process(bus_.get(), nullptr);
        if (progress < 0)
            fail(-progress);
        if (progress == 0 && !wait(deadline))
            throw BusError(Why::silent, name_, "does not answer in time",
                           "see that its message bus runs");
    }
}

void Bus::fail(int error) const {
    const std::string message = std::generic_category().message(error);
    if (is_connection_error(error))
        throw BusError(Why::lost, name_, "the connection has ended: " + message,
                       "see that its message bus runs");
    throw BusError(Why::refused, name_, "cannot be asked: " + message,
                   "see that its message bus runs");
}

Message Bus::request(const Object& object, const char* method) const {
    sd_bus_message* made = nullptr;
    int result = libsystemd().bus_message_new_method_call(
        bus_.get(), &made, object.service, object.path.c_str(), object.interface, method);
    Message message(made);
    if (result >= 0)
        result = libsystemd().bus_message_set_auto_start(message.get(), 0);
    if (result < 0)
        fail(-result);
    return message;
}

Message Bus::call(const Message& request, const Deadline& deadline) const {
    const std::string whom =
        known_as(text_or(libsystemd().bus_message_get_destination(request.get()), name_));
    Failure failure;
    sd_bus_message* answer = nullptr;
    int result = -ETIMEDOUT;
    if (const std::uint64_t left = microseconds(deadline); left > 0) // 0 would be sd-bus's default
        result = libsystemd().bus_call(bus_.get(), request.get(), left, &failure.error, &answer);
    if (result >= 0)
        return Message(answer);
    if (is_connection_error(-result))
        fail(-result);
    if (microseconds(deadline) == 0)
        throw BusError(Why::silent, whom, "does not answer on the " + name_, "try again");
    const std::string name = text_or(failure.error.name, "");
    if (means_absent(name))
        throw BusError(Why::absent, whom, "is not on the " + name_, needs);
    throw BusError(
        whom, name,
        without_period(text_or(failure.error.message, std::generic_category().message(-result))));
}

Properties Bus::properties(const Deadline& deadline, const Object& object) const {
    const Object getter{object.service, object.path, "org.freedesktop.DBus.Properties"};
    return Properties::read(call(deadline, getter, "GetAll", "s", object.interface));
}

std::string Bus::property(const Deadline& deadline, const Object& object, const char* name) const {
    const Object getter{object.service, object.path, "org.freedesktop.DBus.Properties"};
    const Message answer = call(deadline, getter, "Get", "ss", object.interface, name);
    const char* value = nullptr;
    answer.read("v", "s", &value);
    return value;
}

bool Bus::has_owner(const Deadline& deadline, const char* service) const {
    int owned = 0;
    call(deadline, driver(), "NameHasOwner", "s", service).read("b", &owned);
    return owned != 0;
}

void Bus::listen(const Deadline& deadline, const char* service, const std::string& rule) const {
    const std::string from = std::string("type='signal',sender='") + service + "'," + rule;
    const std::string owner = std::string("type='signal',sender='org.freedesktop.DBus',member='") +
                              "NameOwnerChanged',arg0='" + service + "'";
    call(deadline, driver(), "AddMatch", "s", from.c_str());
    call(deadline, driver(), "AddMatch", "s", owner.c_str());
}

/// Until there is something to process, or nothing in spite of that; false at the deadline.
bool Bus::wait(const Deadline& deadline) const {
    const std::uint64_t left = microseconds(deadline);
    if (left == 0)
        return false;
    const int result = libsystemd().bus_wait(bus_.get(), left);
    if (result < 0 && result != -EINTR)
        fail(-result);
    return true;
}

/// A signal that is here already, or nothing.
Message Bus::signal() const {
    for (;;) {
        sd_bus_message* got = nullptr;
        const int result = libsystemd().bus_process(bus_.get(), &got);
        Message message(got);
        if (result < 0)
            fail(-result);
        if (message || result == 0)
            return message;
    }
}

bool Bus::wait_until(const std::function<bool()>& so, const Deadline& deadline,
                     const Look& look) const {
    for (bool asked = false;; asked = true) {
        bool done = false;
        try {
            done = so();
        } catch (const BusError& error) {
            if (asked && error.why() == Why::silent)
                return false;
            if (!asked || error.why() != Why::absent)
                throw;
        }
        bool seen = false;
        while (const Message got = signal()) {
            seen = true;
            if (look)
                look(got);
        }
        if (done)
            return true;
        if (!seen && !wait(deadline))
            return false;
    }
}

} // namespace handoff
