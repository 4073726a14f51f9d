// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/evidence.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

bool is_denied(int error) {
    return error == EACCES || error == EPERM;
}

/// Without what is no text: EFI's variables are UTF-16 behind four bytes.
std::string as_text(std::string_view bytes) {
    std::string text;
    for (const char c : bytes)
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
            text.push_back(c);
        else if (c == '\n' || c == '\t')
            text.push_back(c == '\t' ? ' ' : c);
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::int64_t microseconds(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1000000 + time.tv_nsec / 1000;
}

} // namespace

std::filesystem::path Evidence::live(const std::string& path) const {
    const std::array<std::pair<std::string_view, const std::filesystem::path*>, 8> places{{
        {"/etc/gpu-handoff", &live_->etc},
        {"/etc", &live_->host_etc},
        {"/sys", &live_->sys},
        {"/proc", &live_->proc},
        {"/dev", &live_->dev},
        {"/run", &live_->run},
        {"/usr", &live_->usr},
        {"/boot", &live_->boot},
    }};
    for (const auto& [prefix, root] : places) {
        if (path == prefix)
            return *root;
        if (path.starts_with(prefix) && path[prefix.size()] == '/')
            return *root / path.substr(prefix.size() + 1);
    }
    return path;
}

const Fact* Evidence::known(const std::string& path) const {
    const auto found = facts_.find(path);
    if (found == facts_.end())
        return nullptr;
    if (found->second.kind == Fact::Kind::denied)
        throw Denied(path);
    return &found->second;
}

void Evidence::deny(const std::string& path) const {
    facts_[path].kind = Fact::Kind::denied;
    throw Denied(path);
}

void Evidence::note_lines(const std::string& path, const std::vector<Line>& lines) const {
    Fact& fact = facts_[path];
    fact.kind = Fact::Kind::text;
    for (const Line& line : lines)
        if (std::ranges::find(fact.lines, line) == fact.lines.end())
            fact.lines.push_back(line);
    std::ranges::sort(fact.lines, {}, &Line::number);
}

std::optional<std::string> Evidence::read(const std::string& path) const {
    try {
        const std::optional<std::string> bytes = read_file(live(path));
        return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
    } catch (const std::system_error& error) {
        if (is_denied(error.code().value()))
            deny(path);
        if (error.code().value() == EISDIR)
            return std::nullopt;
        throw;
    }
}

std::vector<Line> Evidence::live_lines(const std::string& path, const Wanted& wanted,
                                       std::size_t most) const {
    const std::optional<std::string> text = read(path);
    if (!text)
        return {};
    std::vector<Line> lines;
    std::istringstream stream(*text);
    std::string line;
    for (std::size_t number = 1; lines.size() < most && std::getline(stream, line); ++number)
        if (wanted(line))
            lines.push_back({number, line});
    note_lines(path, lines);
    return lines;
}

bool Evidence::exists(const std::string& path) const {
    if (!live_)
        return known(path) != nullptr || !recorded_list(path).empty();
    if (::access(live(path).c_str(), F_OK) != 0) {
        if (is_denied(errno))
            deny(path);
        return false;
    }
    facts_[path];
    return true;
}

std::optional<std::string> Evidence::text(const std::string& path) const {
    const Fact* recorded = live_ ? nullptr : known(path);
    if (!live_ && recorded == nullptr)
        return std::nullopt;
    if (live_) {
        const auto first = live_lines(
            path, [](std::string_view) { return true; }, 1);
        if (!facts_.contains(path))
            return std::nullopt;
        return first.empty() ? "" : first.front().text;
    }
    const bool has = !recorded->lines.empty() && recorded->lines.front().number == 1;
    return has ? recorded->lines.front().text : "";
}

std::vector<Line> Evidence::lines(const std::string& path, const Wanted& wanted) const {
    if (live_)
        return live_lines(path, wanted, SIZE_MAX);
    std::vector<Line> found;
    if (const Fact* fact = known(path))
        std::ranges::copy_if(fact->lines, std::back_inserter(found),
                             [&](const Line& line) { return wanted(line.text); });
    return found;
}

std::optional<Line> Evidence::line_with(const std::string& path, std::string_view needle) const {
    const Wanted has = [&](std::string_view line) {
        return line.find(needle) != std::string_view::npos;
    };
    const std::vector<Line> found = live_ ? live_lines(path, has, 1) : lines(path, has);
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<std::string> Evidence::words(const std::string& path, const Wanted& wanted) const {
    std::optional<std::string> line;
    if (live_)
        line = read(path);
    else
        line = text(path);
    if (!line)
        return {};
    std::vector<std::string> words = split(*line);
    std::erase_if(words, [&](const std::string& word) { return !wanted(word); });
    if (!live_)
        return words;
    Fact& fact = facts_[path];
    fact.kind = Fact::Kind::text;
    std::vector<std::string> noted =
        fact.lines.empty() ? std::vector<std::string>() : split(fact.lines.front().text);
    for (const std::string& word : words)
        if (std::ranges::find(noted, word) == noted.end())
            noted.push_back(word);
    std::string joined;
    for (const std::string& word : noted)
        joined.append(joined.empty() ? "" : " ").append(word);
    fact.lines = {{1, joined}};
    return words;
}

std::optional<std::string> Evidence::link(const std::string& path) const {
    if (!live_) {
        const Fact* fact = known(path);
        return fact != nullptr && fact->kind == Fact::Kind::link ? std::optional(fact->target)
                                                                 : std::nullopt;
    }
    std::array<char, PATH_MAX> target; // NOLINT(*-member-init): written by the kernel
    const ssize_t size = ::readlink(live(path).c_str(), target.data(), target.size());
    if (size < 0 && is_denied(errno))
        deny(path);
    if (size < 0)
        return std::nullopt;
    Fact& fact = facts_[path];
    fact.kind = Fact::Kind::link;
    fact.target.assign(target.data(), static_cast<std::size_t>(size));
    return fact.target;
}

std::vector<std::string> Evidence::recorded_list(const std::string& directory) const {
    std::set<std::string> names;
    const std::string prefix = directory + "/";
    for (auto fact = facts_.lower_bound(prefix);
         fact != facts_.end() && fact->first.starts_with(prefix); ++fact)
        names.insert(fact->first.substr(prefix.size(),
                                        fact->first.find('/', prefix.size()) - prefix.size()));
    return {names.begin(), names.end()};
}

std::vector<std::string> Evidence::list(const std::string& directory) const {
    if (!live_) {
        static_cast<void>(known(directory)); // may be denied
        return recorded_list(directory);
    }
    try {
        std::vector<std::string> names = handoff::list(live(directory));
        for (const std::string& name : names)
            facts_[directory + "/" + name];
        return names;
    } catch (const std::system_error& error) {
        if (is_denied(error.code().value()))
            deny(directory);
        throw;
    }
}

std::optional<FileStatus> Evidence::status(const std::string& path) const {
    if (!live_) {
        const Fact* fact = known(path);
        return fact == nullptr ? std::nullopt : fact->status;
    }
    struct stat found {};
    if (::lstat(live(path).c_str(), &found) != 0) {
        if (is_denied(errno))
            deny(path);
        return std::nullopt;
    }
    return facts_[path].status =
               FileStatus{found.st_mode, found.st_uid == 0,
                          std::max(microseconds(found.st_mtim), microseconds(found.st_ctim))};
}

std::optional<std::string> Evidence::answer(const std::string& who) const {
    const auto found = answers_.find(who);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace handoff
