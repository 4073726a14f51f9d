// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config_text.hpp"

#include "libhandoff/error.hpp"

#include <boost/locale/utf.hpp>

#include <algorithm>

namespace handoff {
namespace {

// toml++ 3.3 destroys "a.a.a…" recursively: a line bounds the depth.
constexpr std::size_t max_line = 4096;

bool is_utf8(std::string_view text) {
    using Utf8 = boost::locale::utf::utf_traits<char>;
    for (const auto* at = text.begin(); at != text.end();) {
        const auto point = Utf8::decode(at, text.end());
        if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete)
            return false;
    }
    return true;
}

void check_line(std::string_view line, const std::string& at) {
    if (line.size() > max_line)
        throw Error(at, "is longer than 4096 bytes", "break the line");
    if (!is_utf8(line))
        throw Error(at, "is not UTF-8", "save the file as UTF-8");
    const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
    if (line.substr(first).starts_with('['))
        throw Error(at, "there are no [sections] here", "write lines of KEY = VALUE");
}

} // namespace

std::string at_line(const std::string& file, std::size_t line) {
    return file + ":" + std::to_string(line);
}

std::string safe_text(std::string_view text, const std::string& file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    std::string safe(text);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        check_line(line, at_line(file, number));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    std::ranges::replace_if(
        safe, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
    return safe;
}

} // namespace handoff
