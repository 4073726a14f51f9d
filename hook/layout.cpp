// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/layout.hpp"

#include "libhandoff/error.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace handoff {
namespace {

constexpr std::size_t label_end = 15;

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (begins_character(text[at]) && columns-- == 0)
            break;
    return at;
}

std::string formatted(const char* format, const std::tm& time) {
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &time)};
}

} // namespace

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent,
                    std::size_t used) {
    const std::string line = printable(text);
    std::string_view rest = line;
    std::string lines;
    for (;;) {
        const std::size_t room = columns > used ? columns - used : 1;
        if (width(rest) <= room)
            return lines.append(rest).append("\n");
        std::size_t end = bytes_of(rest, room);
        const std::size_t space = rest.rfind(' ', end);
        const bool between_words = space != std::string_view::npos && space > 0;
        if (between_words)
            end = space;
        lines.append(rest.substr(0, end)).append("\n").append(indent, ' ');
        rest.remove_prefix(between_words ? end + 1 : end);
        used = indent;
    }
}

void say(std::string_view text) {
    print(::isatty(STDOUT_FILENO) == 1 ? wrapped(text, columns(), 0, 0)
                                       : std::string(text).append("\n"));
}

std::string entry(std::string_view label, std::string_view text, std::size_t columns,
                  Colour colour) {
    std::string line = "  ";
    line.append(label).append(label_end - 2 - std::min(label_end - 3, label.size()), ' ');
    std::string lines = wrapped(text, columns, label_end, label_end);
    lines.pop_back();
    return coloured(Colour::dim, line) + coloured(colour, lines) + "\n";
}

std::string local_time(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return formatted("%F %T", parts);
}

std::string iso_time(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return formatted("%FT%TZ", parts);
}

void print_json(const nlohmann::ordered_json& document) {
    print(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

} // namespace handoff
