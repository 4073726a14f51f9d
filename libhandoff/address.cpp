// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/address.hpp"

#include <charconv>
#include <cstddef>

namespace handoff {
namespace {

constexpr unsigned max_bus = 0xff;
constexpr unsigned max_slot = 0x1f;
constexpr unsigned max_function = 7;

/// The number that all of `text` writes in hexadecimal digits; nothing for an empty or longer text.
std::optional<unsigned> hex(std::string_view text, std::size_t max_digits) {
    unsigned value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, 16);
    if (text.size() > max_digits || error != std::errc() || stop != end)
        return std::nullopt;
    return value;
}

std::string padded(unsigned value, std::size_t width) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (; value != 0 || text.size() < width; value /= 16)
        text.insert(text.begin(), digits[value % 16]);
    return text;
}

} // namespace

std::optional<std::string> parse_address(std::string_view text) {
    constexpr std::size_t short_size = std::string_view("01:00.0").size();
    std::optional<unsigned> domain = 0;
    if (text.size() > short_size) {
        const std::size_t colon = text.size() - short_size - 1;
        if (text[colon] != ':' || colon < 4)
            return std::nullopt;
        domain = hex(text.substr(0, colon), 8);
        text.remove_prefix(colon + 1);
    }
    if (text.size() != short_size || text[2] != ':' || text[5] != '.')
        return std::nullopt;
    const auto bus = hex(text.substr(0, 2), 2);
    const auto slot = hex(text.substr(3, 2), 2);
    const auto function = hex(text.substr(6), 1);
    if (!domain || !bus || !slot || !function)
        return std::nullopt;
    return make_address(*domain, *bus, *slot, *function);
}

std::optional<std::string> make_address(unsigned domain, unsigned bus, unsigned slot,
                                        unsigned function) {
    if (bus > max_bus || slot > max_slot || function > max_function)
        return std::nullopt;
    return padded(domain, 4)
        .append(":")
        .append(padded(bus, 2))
        .append(":")
        .append(padded(slot, 2))
        .append(".")
        .append(padded(function, 1));
}

std::string_view slot_of(std::string_view address) {
    return address.substr(0, address.rfind('.'));
}

} // namespace handoff
