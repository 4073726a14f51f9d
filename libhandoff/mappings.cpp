// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/mappings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace handoff {
namespace {

/// Takes the text up to the next `end` off the line; it has `least` characters or more.
std::string_view take(std::string_view& line, char end, std::size_t least = 0) {
    const std::size_t size = std::min(line.find(end, least), line.size());
    const std::string_view field = line.substr(0, size);
    line.remove_prefix(std::min(size + 1, line.size()));
    return field;
}

template <typename Number> bool read(std::string_view text, int base, Number& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && stop == end;
}

std::string_view without_zeros(std::string_view digits) {
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

/// Visits the whole lines in the text, and takes them off.
void visit_lines(std::string_view& text, const std::function<void(const Mapping&)>& visit) {
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;) {
        const std::optional<Mapping> mapping = parse_mapping(text.substr(0, end));
        text.remove_prefix(end + 1);
        if (mapping)
            visit(*mapping);
    }
}

} // namespace

std::optional<Mapping> parse_mapping(std::string_view line) {
    const std::string_view range = take(line, ' ', 8 + 1 + 8); // the kernel writes leading zeros
    take(line, ' ', 4);                                        // permissions
    take(line, ' ', 8);                                        // offset
    if (take(line, ':') != "00")
        return std::nullopt;
    const std::string_view minor = take(line, ' ');
    const std::string_view inode = take(line, ' ');
    FileId file{};
    if (inode == "0" || !read(minor, 16, file.minor) || !read(inode, 10, file.inode))
        return std::nullopt;
    return Mapping{range, file};
}

std::string link_of(const Mapping& mapping) {
    std::string_view range = mapping.range;
    const std::string_view begin = without_zeros(take(range, '-'));
    return std::string(begin).append("-").append(without_zeros(range));
}

int for_each_mapping(const Fd& maps, const std::function<void(const Mapping&)>& visit) {
    std::array<char, 65536> buffer; // NOLINT(*-member-init): too large to clear for every process
    std::size_t kept = 0;           // the begin of a line whose end is still to come
    for (;;) {
        const ssize_t size = ::read(maps.get(), buffer.data() + kept, buffer.size() - kept);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return size < 0 ? errno : 0;
        std::string_view text(buffer.data(), kept + static_cast<std::size_t>(size));
        visit_lines(text, visit);
        kept = text.size();
        std::memmove(buffer.data(), text.data(), kept);
    }
}

} // namespace handoff
