// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace handoff {
namespace {

constexpr std::size_t max_size = std::size_t{1} << 20;

/// A file or directory below another one, or the root of them all (`parent` is AT_FDCWD).
struct Entry {
    int parent;
    const char* name;
    std::string path; ///< for people
};

Error unreadable(const std::string& path, int error) {
    return {path, "cannot be read: " + std::generic_category().message(error), "make it readable"};
}

/// Opens the entry; nothing if there is no such entry. A symbolic link to nowhere is an entry.
Fd open_entry(const Entry& entry, int flags) {
    // O_NONBLOCK: the open of a FIFO would wait for a writer.
    Fd fd(::openat(entry.parent, entry.name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags));
    if (fd)
        return fd;
    const int error = errno;
    struct stat link {};
    const bool missing = error == ENOENT &&
                         ::fstatat(entry.parent, entry.name, &link, AT_SYMLINK_NOFOLLOW) != 0 &&
                         errno == ENOENT;
    if (!missing)
        throw unreadable(entry.path, error);
    return {};
}

/// Throws unless only root (or the user we are) can have written what is open. Returns its kind and
/// size.
struct stat check_writers(const Fd& fd, const std::string& path) {
    struct stat found {};
    if (::fstat(fd.get(), &found) != 0)
        throw unreadable(path, errno);
    if (found.st_uid != 0 && found.st_uid != ::geteuid())
        throw Error(path, "belongs to user " + std::to_string(found.st_uid),
                    "chown it to root and check what it says");
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        throw Error(path, "others can write to it", "chmod go-w it and check what it says");
    return found;
}

std::string read_all(const Fd& fd, const std::string& path) {
    std::string text;
    std::array<char, 16384> block; // NOLINT(*-member-init): written by the kernel
    while (true) {
        const ssize_t got = ::read(fd.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw unreadable(path, errno);
        if (got == 0)
            return text;
        text.append(block.data(), static_cast<std::size_t>(got));
        if (text.size() > max_size)
            throw Error(path, "is larger than 1 MiB", "write settings only");
    }
}

/// The settings of the entry over those of `base`; nothing if there is no such entry.
std::optional<Config> read_config(const Entry& entry, Config base) {
    const Fd fd = open_entry(entry, 0);
    if (!fd)
        return std::nullopt;
    if (!S_ISREG(check_writers(fd, entry.path).st_mode))
        throw Error(entry.path, "is not a regular file", "write the settings into a file");
    return parse_config(read_all(fd, entry.path), entry.path, std::move(base));
}

/// Whether the directory lists the name. Reads and closes `fd`.
bool lists(Fd fd, const std::string& path, const std::string& name) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.get()), ::closedir);
    if (!listing)
        throw unreadable(path, errno);
    fd.release();
    errno = 0;
    while (const dirent* entry = ::readdir(listing.get()))
        if (name == static_cast<const char*>(entry->d_name))
            return true;
    if (errno != 0)
        throw unreadable(path, errno);
    return false;
}

} // namespace

std::optional<Config> load_config(const std::filesystem::path& etc,
                                  const std::string& domain_name) {
    const std::string domains_path = etc / "domains";
    const Fd root = open_entry({AT_FDCWD, etc.c_str(), etc}, O_DIRECTORY);
    if (!root)
        return std::nullopt;
    const Fd domains = open_entry({root.get(), "domains", domains_path}, O_DIRECTORY);
    const std::string file_name = domain_name + ".toml";
    if (!domains || !lists(Fd(::fcntl(domains.get(), F_DUPFD_CLOEXEC, 0)), domains_path, file_name))
        return std::nullopt;
    check_writers(root, etc);
    check_writers(domains, domains_path);
    const auto defaults =
        read_config({root.get(), "gpu-handoff.toml", etc / "gpu-handoff.toml"}, {});
    return read_config({domains.get(), file_name.c_str(), domains_path + "/" + file_name},
                       defaults.value_or(Config{}));
}

} // namespace handoff
