// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/stamped.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/sysfs.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace handoff {
namespace {

constexpr std::string_view mark = "# gpu-handoff ";

/// FNV-1a: it tells an edit from none, and that is all it has to do.
std::string checksum(std::string_view text) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char c : text)
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (int shift = 60; shift >= 0; shift -= 4)
        hex += digits[(sum >> static_cast<unsigned>(shift)) & 0xFU];
    return hex;
}

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

void write_new(const std::filesystem::path& file, std::string_view text) {
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                       S_IRUSR | S_IWUSR));
    if (!fd)
        fail(file);
    const ssize_t n = ::write(fd.get(), text.data(), text.size());
    if (n >= 0 && static_cast<std::size_t>(n) != text.size())
        errno = ENOSPC;
    if (n != static_cast<ssize_t>(text.size()) ||
        ::fchmod(fd.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) != 0 || ::fsync(fd.get()) != 0)
        fail(file);
}

/// Whoever reads the directory meanwhile sees the old file or the new one, whole; the name between
/// them is one that udev and environment.d pass over.
void replace(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    const std::filesystem::path next = file.string() + ".new";
    try {
        write_new(next, text);
        if (::rename(next.c_str(), file.c_str()) != 0)
            fail(file);
    } catch (...) {
        ::unlink(next.c_str());
        throw;
    }
}

void set(const std::filesystem::path& file, const std::optional<std::string>& text) {
    if (text)
        replace(file, *text);
    else if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        fail(file);
}

} // namespace

std::string stamped(std::string_view who, std::string_view body) {
    return std::string(mark) + checksum(body) + ": written by " + std::string(who) + "\n" +
           std::string(body);
}

bool is_as_stamped(std::string_view text) {
    const std::size_t line = text.find('\n');
    return line != std::string_view::npos &&
           text.starts_with(std::string(mark) + checksum(text.substr(line + 1)) + ":");
}

FileChange change_to(const std::filesystem::path& file, std::optional<std::string> after) {
    std::optional<std::string> before = read_file(file);
    if (before && before != after && !is_as_stamped(*before))
        throw Error(file.string(), "was changed by hand, and is left as it is",
                    "if you do not need it any more, remove it");
    return {file, std::move(before), std::move(after)};
}

std::vector<FileChange> apply(const std::vector<FileChange>& changes) {
    std::vector<FileChange> made;
    for (const FileChange& change : changes) {
        if (change.before == change.after)
            continue;
        try {
            set(change.file, change.after);
        } catch (const std::system_error& error) {
            for (const FileChange& done : made)
                set(done.file, done.before);
            throw Error(change.file.string(), "cannot be changed: " + error.code().message(),
                        "nothing was changed");
        }
        made.push_back(change);
    }
    return made;
}

} // namespace handoff
