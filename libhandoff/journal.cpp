// SPDX-License-Identifier: GPL-2.0-or-later
//
// Format 1, one record per line, fields separated by a tab; in a field "\t", "\n" and "\\" stand
// for tab, newline, backslash:
//     gpu-handoff 1 DOMAIN DAEMON-PID DAEMON-START TIMEOUT-S      the header
//     step KIND SUBJECT FROM TO
//     stuck FUNCTION WORKER-PID WORKER-START
//     returning
#include "libhandoff/journal.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/sysfs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace handoff {
namespace {

constexpr std::string_view magic = "gpu-handoff";
constexpr int format = 1;
constexpr std::string_view suffix = ".journal";
constexpr std::array kinds{Kind::attribute, Kind::module, Kind::driver};

using Fields = std::vector<std::string>;

std::string line_of(const Fields& fields) {
    std::string line;
    for (const std::string& field : fields) {
        if (!line.empty())
            line.push_back('\t');
        for (char c : field) {
            if (c == '\t')
                line.append("\\t");
            else if (c == '\n')
                line.append("\\n");
            else if (c == '\\')
                line.append("\\\\");
            else
                line.push_back(c);
        }
    }
    line.push_back('\n');
    return line;
}

Fields fields_of(std::string_view line) {
    Fields fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\t')
            fields.emplace_back();
        else if (line[i] == '\\' && i + 1 < line.size()) {
            const char c = line[++i];
            fields.back().push_back(c == 't' ? '\t' : c == 'n' ? '\n' : c);
        } else
            fields.back().push_back(line[i]);
    }
    return fields;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

bool read_header(const Fields& fields, Record& record) {
    if (fields.size() < 2 || fields[0] != magic)
        return false;
    const std::optional<int> version = number(fields[1]);
    if (version && *version > format)
        throw Error(record.uuid + std::string(suffix), "written by a newer gpu-handoff",
                    "install that version again, or restart the host");
    if (version != format || fields.size() != 6 || !number(fields[3]) || !number(fields[5]))
        return false;
    record.domain = fields[2];
    record.daemon = {*number(fields[3]), fields[4]};
    record.timeout = std::chrono::seconds(*number(fields[5]));
    return true;
}

bool read_step(const Fields& fields, Record& record) {
    if (fields.size() != 5 || fields[0] != "step")
        return false;
    const auto* const kind =
        std::ranges::find_if(kinds, [&](Kind k) { return name_of(k) == fields[1]; });
    if (kind == kinds.end())
        return false;
    record.steps.push_back({*kind, fields[2], fields[3], fields[4]});
    return true;
}

bool read_stuck(const Fields& fields, Record& record) {
    if (fields.size() != 4 || fields[0] != "stuck" || !number(fields[2]))
        return false;
    record.stuck.push_back({fields[1], {*number(fields[2]), fields[3]}});
    return true;
}

bool read_returning(const Fields& fields, Record& record) {
    if (fields != Fields{"returning"})
        return false;
    record.returning = true;
    return true;
}

std::string header_line(const Record& record) {
    return line_of({std::string(magic), std::to_string(format), record.domain,
                    std::to_string(record.daemon.pid), record.daemon.start,
                    std::to_string(record.timeout.count())});
}

std::string step_line(const Step& step) {
    return line_of({"step", std::string(name_of(step.kind)), step.subject, step.from, step.to});
}

std::string stuck_line(const Stuck& stuck) {
    return line_of({"stuck", stuck.function, std::to_string(stuck.worker.pid), stuck.worker.start});
}

std::string text_of(const Record& record) {
    std::string text = header_line(record);
    for (const Step& step : record.steps)
        text.append(step_line(step));
    for (const Stuck& stuck : record.stuck)
        text.append(stuck_line(stuck));
    for (const std::string& line : record.bad_lines)
        text.append(line).push_back('\n');
    if (record.returning)
        text.append(line_of({"returning"}));
    return text;
}

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

std::filesystem::path file_of(const std::filesystem::path& directory, const std::string& uuid) {
    return directory / (uuid + std::string(suffix));
}

Fd create_file(const std::filesystem::path& file, int flags) {
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags,
                 S_IRUSR | S_IWUSR));
    if (!fd)
        fail(file);
    return fd;
}

} // namespace

Journal::Journal(std::filesystem::path file, Fd fd) : file_(std::move(file)), fd_(std::move(fd)) {}

Journal Journal::create(const std::filesystem::path& directory, const Record& record) {
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        fail(directory);
    const std::filesystem::path file = file_of(directory, record.uuid);
    Journal journal(file, create_file(file, O_EXCL));
    journal.append_line(header_line(record));
    return journal;
}

Journal Journal::open(const std::filesystem::path& directory, const std::string& uuid) {
    const std::filesystem::path file = file_of(directory, uuid);
    Fd fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        fail(file);
    const std::string text = read_file(file).value_or("");
    const std::size_t whole = text.rfind('\n') + 1; // npos + 1 is 0: not even the header is whole
    if (whole < text.size() && ::ftruncate(fd.get(), static_cast<off_t>(whole)) != 0)
        fail(file);
    return {file, std::move(fd)};
}

void Journal::append_line(const std::string& line) {
    struct stat before {};
    if (::fstat(fd_.get(), &before) != 0)
        fail(file_);
    const ssize_t n = ::write(fd_.get(), line.data(), line.size());
    if (n == static_cast<ssize_t>(line.size()))
        return;
    const int error = n < 0 ? errno : ENOSPC;
    // Part of a line must not become the beginning of the next one.
    [[maybe_unused]] const int truncated = ::ftruncate(fd_.get(), before.st_size);
    throw std::system_error(error, std::generic_category(), file_.string());
}

void Journal::append(const Step& step) {
    append_line(step_line(step));
}

void Journal::append(const Stuck& stuck) {
    append_line(stuck_line(stuck));
}

void Journal::append_returning() {
    append_line(line_of({"returning"}));
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
    next.append_line(text_of(record));
    if (::rename(rewritten.c_str(), file_.c_str()) != 0)
        fail(rewritten);
    fd_ = std::move(next.fd_);
}

Record parse_journal(std::string_view text, const std::string& uuid) {
    Record record;
    record.uuid = uuid;
    bool first = true;
    // What follows the last newline is torn: the line was not written whole, so its change was not
    // made.
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        const Fields fields = fields_of(line);
        const bool understood = first ? read_header(fields, record)
                                      : read_step(fields, record) || read_stuck(fields, record) ||
                                            read_returning(fields, record);
        if (!understood)
            record.bad_lines.emplace_back(line);
        first = false;
    }
    return record;
}

std::optional<Record> read_journal(const std::filesystem::path& directory,
                                   const std::string& uuid) {
    const std::optional<std::string> text = read_file(file_of(directory, uuid));
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

} // namespace handoff
