// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/bus.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/process.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

/// A message bus (dbus-daemon) of one test's own.
class MessageBus {
public:
    explicit MessageBus(const std::filesystem::path& socket) {
        std::filesystem::create_directories(socket.parent_path());
        const std::string config = socket.string() + ".conf";
        std::ofstream(config)
            << "<busconfig><type>test</type><listen>unix:path=" << escaped(socket.string())
            << "</listen><auth>EXTERNAL</auth><policy context='default'>"
               "<allow send_destination='*' eavesdrop='true'/><allow receive_sender='*'/>"
               "<allow own='*'/></policy></busconfig>";
        INFO("dbus-daemon, which is in the package of that name");
        process_ = Process([&](int ready) {
            ::dup2(ready, 1);
            ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), 2); // it may not raise a limit
            ::execlp("dbus-daemon", "dbus-daemon", "--nofork", "--nopidfile", "--print-address=1",
                     ("--config-file=" + config).c_str(), nullptr);
        });
    }

    [[nodiscard]] pid_t pid() const { return process_.pid(); }

private:
    static std::string escaped(const std::string& path) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (const char c : path) {
            const auto byte = static_cast<unsigned char>(c);
            text.append({'%', digits[byte / digits.size()], digits[byte % digits.size()]});
        }
        return text;
    }

    Process process_;
};

/// A call that a fake service got.
class Call {
public:
    Call(const handoff::Bus& bus, handoff::Message message)
        : bus_(bus), message_(std::move(message)) {}

    [[nodiscard]] std::string method() const { return sd_bus_message_get_member(message_.get()); }
    [[nodiscard]] std::string path() const { return sd_bus_message_get_path(message_.get()); }
    /// The next of the call's values.
    [[nodiscard]] std::string text() const {
        const char* text = nullptr;
        message_.read("s", &text);
        return text;
    }
    [[nodiscard]] const handoff::Message& message() const { return message_; }

    /// An answer, for answer(send) after it was filled.
    [[nodiscard]] handoff::Message made() const {
        sd_bus_message* made = nullptr;
        sd_bus_message_new_method_return(message_.get(), &made);
        return handoff::Message(made);
    }
    void send(const handoff::Message& made) const { sd_bus_send(bus_.get(), made.get(), nullptr); }
    template <class... Values> void answer(const char* types = "", Values... values) const {
        sd_bus_reply_method_return(message_.get(), types, values...);
    }
    void refuse(const std::string& name, const char* reason) const {
        sd_bus_reply_method_errorf(message_.get(), name.c_str(), "%s", reason);
    }
    template <class... Values>
    void signal(const std::string& path, const char* interface, const char* name,
                const char* types = "", Values... values) const {
        sd_bus_emit_signal(bus_.get(), path.c_str(), interface, name, types, values...);
    }
    /// What systemd and logind send when an object's properties change.
    void changed(const std::string& path, const char* interface) const {
        signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", interface,
               0, 0);
    }
    [[nodiscard]] const handoff::Bus& bus() const { return bus_; }

private:
    const handoff::Bus& bus_;
    handoff::Message message_;
};

/// Takes a name on a bus, tells `ready`, and answers calls until the bus ends.
inline void serve(const handoff::Bus& bus, const char* name, int ready,
                  const std::function<void(const Call&)>& answer) {
    if (sd_bus_request_name(bus.get(), name, 0) < 0 || ::write(ready, "y", 1) != 1)
        return;
    for (;;) {
        sd_bus_message* got = nullptr;
        const int result = sd_bus_process(bus.get(), &got);
        handoff::Message message(got);
        if (result < 0)
            return;
        if (message && sd_bus_message_is_method_call(got, nullptr, nullptr) > 0)
            answer(Call(bus, std::move(message)));
        if (result == 0 && sd_bus_wait(bus.get(), UINT64_MAX) < 0)
            return;
    }
}

/// A process that has a name on a bus and answers calls.
class Service {
public:
    Service(const std::function<handoff::Bus()>& connect, const std::string& name,
            const std::function<void(const Call&)>& answer)
        : process_([&](int ready) { serve(connect(), name.c_str(), ready, answer); }) {}

private:
    Process process_;
};
