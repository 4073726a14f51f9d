// SPDX-License-Identifier: GPL-2.0-or-later
//
// Format 1, one event per line in fields (fields.hpp), times in microseconds, BEGIN since 1970:
//     1 BEGIN DURATION OUTCOME DOMAIN UUID ERROR [STEP-BEGIN STEP-DURATION STEP-TEXT]... .
// The dot tells a whole line from one that a power cut tore.
#include "libhandoff/history.hpp"

#include "libhandoff/fd.hpp"
#include "libhandoff/fields.hpp"
#include "libhandoff/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace handoff {
namespace {

using std::chrono::microseconds;

constexpr std::string_view format = "1";
constexpr std::string_view end_of_line = ".";
constexpr std::size_t head = 7;         // fields before the steps
constexpr std::size_t most_steps = 100; // of one event
/// When the file is larger it is written anew with its newer half: some 200 events.
constexpr off_t most_bytes = off_t{256} << 10U;

constexpr std::array outcomes{Outcome::handed_over, Outcome::refused,        Outcome::failed,
                              Outcome::given_back,  Outcome::not_given_back, Outcome::recovered};

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

std::string text_of(const Event& event) {
    const auto begin =
        std::chrono::duration_cast<microseconds>(event.begin.time_since_epoch()).count();
    Fields fields{std::string(format),
                  std::to_string(begin),
                  std::to_string(event.duration.count()),
                  std::string(name_of(event.outcome)),
                  event.domain,
                  event.uuid,
                  event.error};
    for (std::size_t i = 0; i < std::min(most_steps, event.steps.size()); ++i) {
        const TimedStep& step = event.steps[i];
        fields.push_back(std::to_string(step.begin.count()));
        fields.push_back(std::to_string(step.duration.count()));
        fields.push_back(step.text);
    }
    fields.emplace_back(end_of_line);
    return line_of(fields);
}

std::optional<microseconds> time(std::string_view text) {
    microseconds::rep value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return microseconds(value);
}

std::optional<Event> event_of(std::string_view line) {
    const Fields fields = fields_of(line);
    if (fields.size() < head + 1 || (fields.size() - head - 1) % 3 != 0 || fields[0] != format ||
        fields.back() != end_of_line)
        return std::nullopt;
    const std::optional<microseconds> begin = time(fields[1]);
    const std::optional<microseconds> duration = time(fields[2]);
    const auto* const outcome =
        std::ranges::find_if(outcomes, [&](Outcome known) { return name_of(known) == fields[3]; });
    if (!begin || !duration || outcome == outcomes.end())
        return std::nullopt;
    Event event{std::chrono::system_clock::time_point(*begin),
                *duration,
                *outcome,
                fields[4],
                fields[5],
                fields[6],
                {}};
    for (std::size_t i = head; i + 1 < fields.size(); i += 3) {
        const std::optional<microseconds> at = time(fields[i]);
        const std::optional<microseconds> took = time(fields[i + 1]);
        if (!at || !took)
            return std::nullopt;
        event.steps.push_back({*at, *took, fields[i + 2]});
    }
    return event;
}

Fd open_history(const std::filesystem::path& file, int flags) {
    Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags,
                 S_IRUSR | S_IWUSR));
    if (!fd)
        fail(file);
    return fd;
}

/// All of it or nothing: part of a line must not become the beginning of the next one.
void append(const Fd& fd, const std::filesystem::path& file, const std::string& text, off_t size) {
    const ssize_t n = ::write(fd.get(), text.data(), text.size());
    if (n == static_cast<ssize_t>(text.size()))
        return;
    const int error = n < 0 ? errno : ENOSPC;
    [[maybe_unused]] const int truncated = ::ftruncate(fd.get(), size);
    throw std::system_error(error, std::generic_category(), file.string());
}

/// Keeps the newer half.
void shorten(const std::filesystem::path& file) {
    std::string text = read_file(file).value_or("");
    text.erase(0, text.find('\n', text.size() / 2) + 1);
    const std::filesystem::path rewritten = file.string() + ".new";
    append(open_history(rewritten, O_TRUNC), rewritten, text, 0);
    if (::rename(rewritten.c_str(), file.c_str()) != 0)
        fail(rewritten);
}

} // namespace

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::handed_over:
        return "handed over";
    case Outcome::refused:
        return "refused";
    case Outcome::failed:
        return "failed";
    case Outcome::given_back:
        return "given back";
    case Outcome::not_given_back:
        return "not given back";
    case Outcome::recovered:
        return "recovered";
    }
    return "unknown";
}

void remember(const Roots& roots, const Event& event) noexcept {
    try {
        const std::filesystem::path file = roots.history();
        if (::mkdir(file.parent_path().c_str(), S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) !=
                0 &&
            errno != EEXIST)
            fail(file.parent_path());
        const Fd fd = open_history(file, 0);
        struct stat before {};
        if (::fstat(fd.get(), &before) != 0)
            fail(file);
        char last = '\n';
        if (before.st_size > 0 && ::pread(fd.get(), &last, 1, before.st_size - 1) != 1)
            fail(file);
        append(fd, file, (last == '\n' ? "" : "\n") + text_of(event), before.st_size);
        if (before.st_size > most_bytes)
            shorten(file);
    } catch (const std::exception& error) {
        log_warning(event.domain + ": not in the history: " + error.what());
    }
}

std::vector<Event> read_history(const Roots& roots) {
    std::vector<Event> events;
    const std::string text = read_file(roots.history()).value_or("");
    std::string_view rest = text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        if (std::optional<Event> event = event_of(rest.substr(0, end)))
            events.push_back(std::move(*event));
        rest.remove_prefix(end + 1);
    }
    return events;
}

Recording::Recording(std::string domain, std::string uuid, const Spent& begin) : begin_(begin) {
    event_.domain = std::move(domain);
    event_.uuid = std::move(uuid);
}

void Recording::add(const Step& step, const Spent& spent) {
    const microseconds end = (spent_so_far() - begin_).wall;
    event_.steps.push_back({end - spent.wall, spent.wall, text_of(step)});
}

void Recording::end(const Roots& roots, Outcome outcome, std::string_view error) noexcept {
    event_.duration = (spent_so_far() - begin_).wall;
    event_.begin = std::chrono::system_clock::now() - event_.duration;
    event_.outcome = outcome;
    event_.error = error;
    remember(roots, event_);
}

} // namespace handoff
