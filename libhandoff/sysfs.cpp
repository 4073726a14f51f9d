// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/sysfs.hpp"

#include "libhandoff/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <system_error>

namespace handoff {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

bool absent(int error) {
    return error == ENOENT || error == ENOTDIR || error == ENODEV;
}

} // namespace

std::filesystem::path Roots::function(std::string_view address) const {
    return sys.native() + "/bus/pci/devices/" + std::string(address);
}

std::filesystem::path Roots::pci_driver(std::string_view name) const {
    return sys.native() + "/bus/pci/drivers/" + std::string(name);
}

std::filesystem::path Roots::module(std::string_view name) const {
    return sys.native() + "/module/" + std::string(name);
}

std::optional<std::string> read_file(const std::filesystem::path& file) {
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (absent(errno))
            return std::nullopt;
        fail(file);
    }
    std::string text;
    std::array<char, 4096> buffer; // NOLINT(*-member-init): written by the kernel
    for (;;) {
        const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && absent(errno))
            return std::nullopt;
        if (n < 0)
            fail(file);
        if (n == 0)
            break;
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

std::optional<std::string> read_text(const std::filesystem::path& file) {
    std::optional<std::string> text = read_file(file);
    if (text && text->ends_with('\n'))
        text->pop_back();
    return text;
}

void write_text(const std::filesystem::path& file, std::string_view text) {
    const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd)
        fail(file);
    const ssize_t n = ::write(fd.get(), text.data(), text.size());
    if (n < 0)
        fail(file);
    if (static_cast<std::size_t>(n) != text.size())
        throw std::system_error(EIO, std::generic_category(), file.string());
}

std::vector<Entry> entries(const std::string& directory) {
    const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
    std::vector<Entry> found;
    if (!open) {
        if (absent(errno))
            return found;
        fail(directory);
    }
    errno = 0;
    while (const dirent* entry = ::readdir(open.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            found.push_back({name, entry->d_type == DT_DIR, entry->d_type == DT_LNK});
    }
    if (errno != 0 && !absent(errno)) // what vanishes while it is read has no entries
        fail(directory);
    std::ranges::sort(found, {}, &Entry::name);
    return found;
}

std::vector<std::string> list(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (Entry& entry : entries(directory))
        names.push_back(std::move(entry.name));
    return names;
}

std::optional<std::string> link_name(const std::filesystem::path& link) {
    std::array<char, PATH_MAX> target; // NOLINT(*-member-init): written by the kernel
    const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
    if (size < 0)
        return std::nullopt;
    const std::string_view text(target.data(), static_cast<std::size_t>(size));
    return std::string(text.substr(text.rfind('/') + 1));
}

} // namespace handoff
