// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/libsystemd.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace handoff {

/// A message of D-Bus. What it holds is written and read in order, by the specification's letters
/// for types ("s": a string); a message that holds something else is an Error.
class Message {
public:
    Message() = default;
    explicit Message(sd_bus_message* owned) : message_(owned) {}

    [[nodiscard]] sd_bus_message* get() const { return message_.get(); }
    explicit operator bool() const { return message_ != nullptr; }

    template <class... Values> void append(const char* types, Values... values) const {
        check(libsystemd().bus_message_append(get(), types, values...));
    }
    void append_bytes(const void* bytes, std::size_t size) const {
        check(libsystemd().bus_message_append_array(get(), 'y', bytes, size));
    }
    /// False at the end of an array. What is read as `const char*` lives as long as the message.
    template <class... Into> bool read(const char* types, Into*... into) const {
        return check(libsystemd().bus_message_read(get(), types, into...)) > 0;
    }
    /// Into an array, a structure, ...: sd_bus_message_enter_container(3). False at the end of an
    /// array.
    [[nodiscard]] bool enter(char kind, const char* contents) const {
        return check(libsystemd().bus_message_enter_container(get(), kind, contents)) > 0;
    }
    void leave() const { check(libsystemd().bus_message_exit_container(get())); }
    /// The types in the container that comes next, a variant for instance.
    [[nodiscard]] std::string contents() const;
    void skip(const char* types) const { check(libsystemd().bus_message_skip(get(), types)); }

private:
    struct Release {
        void operator()(sd_bus_message* message) const { libsystemd().bus_message_unref(message); }
    };
    static int check(int result);
    std::unique_ptr<sd_bus_message, Release> message_;
};

/// An object's properties, as far as they are texts or numbers, or structures that begin with one.
struct Properties {
    std::map<std::string, std::string> texts;
    std::map<std::string, std::uint32_t> numbers;

    /// What `message` has at this point, an "a{sv}".
    static Properties read(const Message& message);
    /// Empty or 0 if there is no such property.
    [[nodiscard]] std::string text(const std::string& name) const;
    [[nodiscard]] std::uint32_t number(const std::string& name) const;
};

} // namespace handoff
