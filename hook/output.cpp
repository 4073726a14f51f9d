// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/output.hpp"

#include "libhandoff/error.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

constexpr std::size_t least_columns = 40;

bool has_colours() {
    static const bool has = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
    return has;
}

const char* code_of(Colour colour) {
    switch (colour) {
    case Colour::bold:
        return "\033[1m";
    case Colour::dim:
        return "\033[2m";
    case Colour::red:
        return "\033[31m";
    case Colour::yellow:
        return "\033[33m";
    case Colour::green:
        return "\033[32m";
    case Colour::plain:
        break;
    }
    return "";
}

} // namespace

std::string coloured(Colour colour, std::string_view text) {
    if (colour == Colour::plain || !has_colours())
        return std::string(text);
    return std::string(code_of(colour)).append(text).append("\033[0m");
}

std::size_t columns() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) // NOLINT(*-vararg)
        return 80;
    return std::max<std::size_t>(size.ws_col, least_columns);
}

void print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            throw Error("output", std::generic_category().message(errno),
                        "what was done is in journalctl -t gpu-handoff");
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

std::string shell_word(const std::string& word) {
    const bool plain = !word.empty() && std::ranges::all_of(word, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_.,:/@+").find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (plain)
        return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted.append(c == '\'' ? "'\\''" : std::string(1, c));
    return quoted + "'";
}

} // namespace handoff
