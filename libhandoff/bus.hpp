// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/libsystemd.hpp"
#include "libhandoff/message.hpp"
#include "libhandoff/sysfs.hpp"

#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>

namespace handoff {

/// Something on a bus, and what it is asked through.
struct Object {
    const char* service; ///< "org.freedesktop.systemd1"
    std::string path;
    const char* interface;
};

/// The path of an object that has any name below `parent` (sd_bus_path_encode(3)).
std::string encoded_path(const char* parent, const std::string& name);

/// Why a bus or somebody on it did not do what was asked.
class BusError : public Error {
public:
    enum class Why {
        absent,  ///< no such bus, nobody of that name on it, or it has just left
        lost,    ///< the bus was there and has gone
        silent,  ///< no answer before the deadline
        refused, ///< the answer is an error, or none of ours could be sent
    };
    BusError(Why why, std::string_view subject, std::string_view wrong, std::string_view remedy)
        : Error(subject, wrong, remedy), why_(why) {}
    /// `name` is D-Bus's name of the error, `reason` what the other side says of it.
    BusError(std::string_view subject, std::string name, std::string reason);

    [[nodiscard]] Why why() const { return why_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    Why why_;
    std::string name_;
    std::string reason_;
};

/// A connection to a message bus on which nothing waits longer than a deadline: neither the
/// connection itself, nor a call, nor the wait for a signal. Nothing is started by a call. All of
/// it throws BusError.
class Bus {
public:
    /// The system's bus, RUN/dbus/system_bus_socket. Throws Error("system bus: ...").
    static Bus of_system(const Roots& roots, const Deadline& deadline);
    /// A user's bus, RUN/user/UID/bus, for a process that has become that user: the bus lets nobody
    /// else in, not even root.
    static Bus of_user(const Roots& roots, uid_t user, const Deadline& deadline);

    [[nodiscard]] sd_bus* get() const { return bus_.get(); }

    /// A call of the object's method, for values that the second form of call() cannot take.
    [[nodiscard]] Message request(const Object& object, const char* method) const;
    /// The answer to the request.
    [[nodiscard]] Message call(const Message& request, const Deadline& deadline) const;
    template <class... Values>
    Message call(const Deadline& deadline, const Object& object, const char* method,
                 const char* types = "", Values... values) const {
        const Message question = request(object, method);
        if constexpr (sizeof...(values) > 0)
            question.append(types, values...);
        return call(question, deadline);
    }
    /// A property that is a string.
    [[nodiscard]] std::string property(const Deadline& deadline, const Object& object,
                                       const char* name) const;
    /// All properties of the object's interface.
    [[nodiscard]] Properties properties(const Deadline& deadline, const Object& object) const;

    /// Whether the service is on the bus.
    [[nodiscard]] bool has_owner(const Deadline& deadline, const char* service) const;

    /// From now on signals that match the rule ("member='JobRemoved'", see the D-Bus specification)
    /// from `service`, and that it comes and goes, end a wait.
    void listen(const Deadline& deadline, const char* service, const std::string& rule) const;

    using Look = std::function<void(const Message& signal)>;
    /// Waits until `so`, which is asked now and after signals: so listen() first. False at the
    /// deadline. A service that leaves the bus meanwhile (systemd, to execute itself anew) is
    /// waited for; the first time it must be there and answer.
    [[nodiscard]] bool wait_until(const std::function<bool()>& so, const Deadline& deadline,
                                  const Look& look = {}) const;

private:
    struct Close {
        /// Nothing is left to be sent after a call, and a flush would wait for a bus that is not
        /// ready.
        void operator()(sd_bus* bus) const { libsystemd().bus_close_unref(bus); }
    };
    Bus(std::string name, sd_bus* bus) : name_(std::move(name)), bus_(bus) {}
    static Bus open(std::string name, const std::filesystem::path& socket,
                    const Deadline& deadline);
    void connect(const std::filesystem::path& socket, const Deadline& deadline) const;
    [[nodiscard]] bool wait(const Deadline& deadline) const;
    [[nodiscard]] Message signal() const;
    [[noreturn]] void fail(int error) const;

    std::string name_; ///< for people: "system bus"
    std::unique_ptr<sd_bus, Close> bus_;
};

} // namespace handoff
