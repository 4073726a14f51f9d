// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recording.hpp"

#include <array>
#include <charconv>
#include <iterator>
#include <regex>
#include <sstream>
#include <utility>

namespace handoff {
namespace {

constexpr std::string_view indent = "  ";

/// Whether the next path lies below this one, and so says that this one is there.
bool is_implied(const Evidence::Facts& facts, Evidence::Facts::const_iterator fact) {
    const auto below = facts.lower_bound(fact->first + "/");
    return below != facts.end() && below->first.starts_with(fact->first + "/");
}

void write_lines(std::ostream& out, const std::string& path, const std::vector<Line>& lines) {
    out << path << ':';
    if (lines.size() == 1 && lines.front().number == 1) {
        out << ' ' << lines.front().text << '\n';
        return;
    }
    out << '\n';
    for (const Line& line : lines)
        out << indent << line.number << ": " << line.text << '\n';
}

void write_fact(std::ostream& out, const Evidence::Facts& facts,
                Evidence::Facts::const_iterator entry) {
    const auto& [path, fact] = *entry;
    if (fact.kind == Fact::Kind::text)
        write_lines(out, path, fact.lines);
    else if (fact.kind == Fact::Kind::link)
        out << path << " -> " << fact.target << '\n';
    else if (fact.kind == Fact::Kind::denied)
        out << path << " !\n";
    else if (!fact.status && !is_implied(facts, entry))
        out << path << '\n';
    if (fact.status)
        out << path << " @ 0" << std::oct << fact.status->mode << std::dec
            << (fact.status->of_root ? " root " : " other ") << fact.status->changed << '\n';
}

/// Reads a recording line by line.
class Reader {
public:
    void read(const std::string& line) {
        ++number_;
        if (line.empty() || line.front() == '#')
            return;
        if (line.starts_with(indent))
            read_line_of_file(line.substr(indent.size()));
        else if (line.front() == '=')
            read_answer(line.substr(1));
        else if (line.front() == '/')
            read_path(line);
        else
            fail("is neither a path nor an answer");
    }
    [[nodiscard]] Evidence evidence() { return {std::move(facts_), std::move(answers_)}; }

private:
    [[noreturn]] void fail(const std::string& wrong) const {
        throw Error("line " + std::to_string(number_), wrong, "correct the recording");
    }

    void read_line_of_file(const std::string& text) {
        const std::size_t colon = text.find(": ");
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (file_.empty() || error != std::errc() || end != text.data() + colon)
            fail("is no line of a file");
        facts_[file_].lines.push_back({number, text.substr(colon + 2)});
    }

    void read_answer(const std::string& text) {
        const std::size_t colon = text.find(": ");
        if (colon == std::string::npos)
            fail("is no answer");
        answers_[text.substr(0, colon)] = text.substr(colon + 2);
    }

    void read_path(const std::string& line) {
        const std::size_t arrow = line.find(" -> ");
        const std::size_t at = line.find(" @ ");
        const std::size_t colon = line.find(": ");
        if (line.ends_with(" !")) {
            facts_[line.substr(0, line.size() - 2)].kind = Fact::Kind::denied;
        } else if (arrow != std::string::npos && arrow < colon) {
            Fact& fact = facts_[line.substr(0, arrow)];
            fact.kind = Fact::Kind::link;
            fact.target = line.substr(arrow + 4);
        } else if (at != std::string::npos && at < colon) {
            read_status(facts_[line.substr(0, at)], line.substr(at + 3));
        } else if (colon != std::string::npos) {
            facts_[line.substr(0, colon)].kind = Fact::Kind::text;
            facts_[line.substr(0, colon)].lines = {{1, line.substr(colon + 2)}};
        } else if (line.ends_with(':')) {
            file_ = line.substr(0, line.size() - 1);
            facts_[file_].kind = Fact::Kind::text;
        } else {
            facts_[line];
        }
    }

    void read_status(Fact& fact, const std::string& text) const {
        std::istringstream words(text);
        std::string owner;
        FileStatus status;
        words >> std::oct >> status.mode >> std::dec >> owner >> status.changed;
        if (!words || (owner != "root" && owner != "other"))
            fail("has no mode, owner and time");
        status.of_root = owner == "root";
        fact.status = status;
    }

    std::size_t number_ = 0;
    std::string file_;
    Evidence::Facts facts_;
    Evidence::Answers answers_;
};

std::string replaced(const std::string& text, const std::string& pattern, const char* by) {
    return std::regex_replace(text, std::regex(pattern, std::regex::icase), by);
}

/// The text as a regular expression that matches it alone.
std::string literally(const std::string& text) {
    std::string pattern;
    for (const char c : text)
        pattern.append("[").append(c == '^' || c == '\\' || c == ']' ? "\\" : "").append(1, c) +=
            ']';
    return pattern;
}

} // namespace

std::string recording_of(const Evidence& evidence) {
    std::ostringstream out;
    for (const auto& [who, answer] : evidence.answers())
        out << '=' << who << ": " << answer << '\n';
    for (auto fact = evidence.facts().begin(); fact != evidence.facts().end(); ++fact)
        write_fact(out, evidence.facts(), fact);
    return out.str();
}

Evidence read_recording(std::string_view text) {
    Reader reader;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);)
        reader.read(line);
    return reader.evidence();
}

std::string anonymous(std::string text, const std::vector<std::string>& names) {
    constexpr std::array<std::pair<const char*, const char*>, 8> patterns{{
        {R"(\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)",
         "00000000-0000-0000-0000-000000000000"},
        {R"(\b[0-9a-f]{2}([:-][0-9a-f]{2}){5}\b)", "00:00:00:00:00:00"},
        {R"(\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b)", "0.0.0.0"},
        {R"(\b([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b)", "::"},
        {R"(\b([0-9a-f]{1,4}:){1,6}(:[0-9a-f]{1,4}){1,6}\b)", "::"},
        {R"(/home/[^/\s"'<]+)", "/home/user"},
        {R"(/dev/input/by-(id|path)/[^\s"'<]*-event-(kbd|mouse))",
         "/dev/input/by-$1/device-event-$2"},
        {R"(/by-(id|uuid|partuuid|label)/(?!device-event-)[^\s"'</]+)", "/by-$1/name"},
    }};
    for (const auto& [pattern, by] : patterns)
        text = replaced(text, pattern, by);
    for (const std::string& name : names)
        if (name.size() > 1 && name != "root")
            text = replaced(text, "\\b" + literally(name) + "\\b", "name");
    return text;
}

} // namespace handoff
