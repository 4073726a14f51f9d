// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/error.hpp"

namespace handoff {
namespace {

constexpr std::size_t max_line = 200;
constexpr std::string_view prefix = "gpu-handoff: ";
constexpr std::string_view ellipsis = "...";

bool continues_utf8(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Shortens the middle, since the subject stands in front and the remedy at the end.
std::string shortened(std::string text, std::size_t limit) {
    if (text.size() <= limit)
        return text;
    std::size_t head = (limit - ellipsis.size()) / 2;
    std::size_t tail = text.size() - (limit - ellipsis.size() - head);
    while (head > 0 && continues_utf8(text[head]))
        --head;
    while (tail < text.size() && continues_utf8(text[tail]))
        ++tail;
    return text.substr(0, head).append(ellipsis).append(text.substr(tail));
}

} // namespace

Error::Error(std::string_view subject, std::string_view wrong, std::string_view remedy)
    : std::runtime_error(
          std::string(subject).append(": ").append(wrong).append("; ").append(remedy)) {}

std::string printable(std::string_view text) {
    std::string line(text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    return line;
}

std::string one_line(std::string_view text) {
    return std::string(prefix).append(shortened(printable(text), max_line - prefix.size()));
}

} // namespace handoff
