// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/error.hpp"
#include "libhandoff/sysfs.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// A line of a file, counted from 1.
struct Line {
    std::size_t number = 0;
    std::string text;

    bool operator==(const Line&) const = default;
};

/// What lstat(2) says of a path.
struct FileStatus {
    unsigned mode = 0;        ///< with the kind of file: 0100644
    bool of_root = false;     ///< root owns it
    std::int64_t changed = 0; ///< the later of its two times (contents, name and mode), in µs

    bool operator==(const FileStatus&) const = default;
};

/// What is known of one path.
struct Fact {
    enum class Kind { there, text, link, denied };
    Kind kind = Kind::there;
    std::vector<Line> lines = {}; ///< of a text, those that were asked for
    std::string target = {};      ///< of a link
    std::optional<FileStatus> status = {};

    bool operator==(const Fact&) const = default;
};

/// What a check needs and may not read.
class Denied : public Error {
public:
    explicit Denied(const std::string& path)
        : Error(path, "may not be read", "run it as root"), path_(path) {}
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// A machine as the doctor sees it: files by the path that they have there ("/sys/class/iommu"),
/// and answers of those who were asked. Either this machine, of which it notes everything that is
/// read; or what was noted of another one. Nothing else is read by a check, and so a recording has
/// all that a check needs, and no more. What may not be read throws Denied.
class Evidence {
public:
    using Answers = std::map<std::string, std::string>;
    using Facts = std::map<std::string, Fact>;

    /// This machine. The answers, by who gave them, come from outside.
    Evidence(Roots roots, Answers answers)
        : live_(std::move(roots)), answers_(std::move(answers)) {}
    /// One that was recorded.
    Evidence(Facts facts, Answers answers)
        : facts_(std::move(facts)), answers_(std::move(answers)) {}

    [[nodiscard]] bool exists(const std::string& path) const;
    /// The file's first line; nothing if there is no such file.
    [[nodiscard]] std::optional<std::string> text(const std::string& path) const;
    /// The file's lines that are wanted; only these are noted.
    using Wanted = std::function<bool(std::string_view line)>;
    [[nodiscard]] std::vector<Line> lines(const std::string& path, const Wanted& wanted) const;
    /// The first line with this in it.
    [[nodiscard]] std::optional<Line> line_with(const std::string& path,
                                                std::string_view needle) const;
    /// The words of the file's first line that are wanted; only these are noted.
    [[nodiscard]] std::vector<std::string> words(const std::string& path,
                                                 const Wanted& wanted) const;
    /// What a symbolic link points to; nothing if it is none.
    [[nodiscard]] std::optional<std::string> link(const std::string& path) const;
    /// The names in a directory, sorted; none if there is no such directory.
    [[nodiscard]] std::vector<std::string> list(const std::string& directory) const;
    [[nodiscard]] std::optional<FileStatus> status(const std::string& path) const;

    /// The answer of "libvirt" or "libvirtd.service"; nothing if nobody was asked.
    [[nodiscard]] std::optional<std::string> answer(const std::string& who) const;

    /// Everything that has been read so far.
    [[nodiscard]] const Facts& facts() const { return facts_; }
    [[nodiscard]] const Answers& answers() const { return answers_; }

private:
    [[nodiscard]] std::filesystem::path live(const std::string& path) const;
    [[nodiscard]] const Fact* known(const std::string& path) const;
    [[nodiscard]] std::optional<std::string> read(const std::string& path) const;
    [[nodiscard]] std::vector<Line> live_lines(const std::string& path, const Wanted& wanted,
                                               std::size_t most) const;
    [[nodiscard]] std::vector<std::string> recorded_list(const std::string& directory) const;
    void note_lines(const std::string& path, const std::vector<Line>& lines) const;
    [[noreturn]] void deny(const std::string& path) const;

    std::optional<Roots> live_; ///< nothing when it is a recording
    mutable Facts facts_;
    Answers answers_;
};

} // namespace handoff
