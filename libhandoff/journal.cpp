// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/journal.hpp"

#include "libhandoff/journal_format.hpp"
#include "libhandoff/sysfs.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace handoff {
namespace {

constexpr std::string_view suffix = ".journal";

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

Fd create_file(const std::filesystem::path& file, int flags) {
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags,
                 S_IRUSR | S_IWUSR));
    if (!fd)
        fail(file);
    return fd;
}

} // namespace

std::filesystem::path journal_file(const std::filesystem::path& directory,
                                   const std::string& uuid) {
    return directory / (uuid + std::string(suffix));
}

Journal::Journal(std::filesystem::path file, Fd fd) : file_(std::move(file)), fd_(std::move(fd)) {}

Journal Journal::create(const std::filesystem::path& directory, const Record& record) {
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        fail(directory);
    const std::filesystem::path file = journal_file(directory, record.uuid);
    Journal journal(file, create_file(file, O_EXCL));
    journal.append_lines(header_line(record));
    return journal;
}

Journal Journal::open(const std::filesystem::path& directory, const std::string& uuid) {
    const std::filesystem::path file = journal_file(directory, uuid);
    Fd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        fail(file);
    const std::string text = read_file(file).value_or("");
    const std::size_t whole = text.rfind('\n') + 1; // npos + 1 is 0: not even the header is whole
    if (whole < text.size() && ::ftruncate(fd.get(), static_cast<off_t>(whole)) != 0)
        fail(file);
    return {file, std::move(fd)};
}

void Journal::append_lines(const std::string& lines) {
    struct stat before {};
    if (::fstat(fd_.get(), &before) != 0)
        fail(file_);
    const ssize_t n = ::write(fd_.get(), lines.data(), lines.size());
    if (n == static_cast<ssize_t>(lines.size()))
        return;
    const int error = n < 0 ? errno : ENOSPC;
    // Part of a line must not become the beginning of the next one.
    [[maybe_unused]] const int truncated = ::ftruncate(fd_.get(), before.st_size);
    throw std::system_error(error, std::generic_category(), file_.string());
}

void Journal::append(const Plan& plan) {
    std::string lines;
    for (const Step& step : plan)
        lines.append(step_line(step));
    append_lines(lines);
}

void Journal::append(const Stuck& stuck) {
    append_lines(stuck_line(stuck));
}

void Journal::append(const MonitorReturn& monitor) {
    append_lines(monitor_line(monitor));
}

void Journal::append_returning() {
    append_lines(returning_line());
}

void Journal::keep(const Record& record) {
    if (record.steps.empty() && record.bad_lines.empty()) {
        if (::unlink(file_.c_str()) != 0 && errno != ENOENT)
            fail(file_);
        return;
    }
    // Beside the directory, which is empty when there is no journal: others look no further then.
    const std::filesystem::path rewritten =
        file_.parent_path().string() + "." + file_.filename().string() + ".new";
    Journal next(rewritten, create_file(rewritten, O_TRUNC));
    next.append_lines(text_of(record));
    if (::rename(rewritten.c_str(), file_.c_str()) != 0)
        fail(rewritten);
    fd_ = std::move(next.fd_);
}

std::optional<Record> read_journal(const std::filesystem::path& directory,
                                   const std::string& uuid) {
    const std::optional<std::string> text = read_file(journal_file(directory, uuid));
    if (!text)
        return std::nullopt;
    return parse_journal(*text, uuid);
}

std::vector<std::string> journaled_domains(const std::filesystem::path& directory) {
    std::vector<std::string> uuids;
    for (const std::string& name : list(directory))
        if (name.ends_with(suffix))
            uuids.push_back(name.substr(0, name.size() - suffix.size()));
    return uuids;
}

bool only_units_left(const Record& record) {
    return record.bad_lines.empty() && std::ranges::all_of(record.steps, [](const Step& step) {
               return step.kind == Kind::unit;
           });
}

} // namespace handoff
