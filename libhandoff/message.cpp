// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/message.hpp"

#include "libhandoff/error.hpp"

#include <system_error>

namespace handoff {
namespace {

void read_value(const Message& message, const std::string& name, const std::string& type,
                Properties& into) {
    if (type == "s" || type == "o") {
        const char* text = nullptr;
        message.read(type.c_str(), &text);
        into.texts[name] = text;
    } else if (type == "u") {
        message.read("u", &into.numbers[name]);
    } else if (type == "(so)") {
        const char* text = nullptr;
        message.read("(so)", &text, static_cast<const char**>(nullptr));
        into.texts[name] = text;
    } else if (type == "(uo)") {
        message.read("(uo)", &into.numbers[name], static_cast<const char**>(nullptr));
    } else {
        message.skip(type.c_str());
    }
}

} // namespace

int Message::check(int result) {
    if (result < 0)
        throw Error("D-Bus",
                    "a message is not what was expected: " +
                        std::generic_category().message(-result),
                    "see the system's log");
    return result;
}

std::string Message::contents() const {
    const char* types = nullptr;
    check(libsystemd().bus_message_peek_type(get(), nullptr, &types));
    return types == nullptr ? "" : types;
}

Properties Properties::read(const Message& message) {
    Properties all;
    if (!message.enter('a', "{sv}"))
        return all;
    while (message.enter('e', "sv")) {
        const char* name = nullptr;
        message.read("s", &name);
        const std::string type = message.contents();
        if (message.enter('v', type.c_str())) {
            read_value(message, name, type, all);
            message.leave();
        }
        message.leave();
    }
    message.leave();
    return all;
}

std::string Properties::text(const std::string& name) const {
    const auto found = texts.find(name);
    return found == texts.end() ? std::string() : found->second;
}

std::uint32_t Properties::number(const std::string& name) const {
    const auto found = numbers.find(name);
    return found == numbers.end() ? 0 : found->second;
}

} // namespace handoff
