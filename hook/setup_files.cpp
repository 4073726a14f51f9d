// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/setup_files.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/stamped.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

namespace handoff {
namespace {

constexpr std::size_t longest_name = 240; // NAME.toml.new is a file's name, too

std::string file_text() {
    return stamped("gpu-handoff setup; gpu-handoff setup DOMAIN --remove takes it back",
                   "# How this domain's handoff is done: see gpu-handoff.toml(5). Without any\n"
                   "# setting it is done as /etc/gpu-handoff/gpu-handoff.toml says.\n");
}

std::string time_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

[[noreturn]] void fail(const std::filesystem::path& file) {
    throw std::system_error(errno, std::generic_category(), file.string());
}

} // namespace

std::filesystem::path domain_file(const Roots& roots, const std::string& domain) {
    if (domain.empty() || domain.size() > longest_name || domain.find('/') != std::string::npos)
        throw Error("domain '" + domain + "'", "its name cannot be the name of a file",
                    "rename it: virsh domrename");
    return roots.etc / "domains" / (domain + ".toml");
}

bool write_domain_file(const Roots& roots, const std::string& domain) {
    const std::filesystem::path file = domain_file(roots, domain);
    if (read_file(file))
        return false;
    apply({change_to(file, file_text())});
    return true;
}

FileEnd remove_domain_file(const Roots& roots, const std::string& domain) {
    const std::filesystem::path file = domain_file(roots, domain);
    const std::optional<std::string> text = read_file(file);
    if (!text)
        return FileEnd::missing;
    if (!is_as_stamped(*text))
        return FileEnd::kept;
    apply({change_to(file, std::nullopt)});
    return FileEnd::removed;
}

std::filesystem::path keep_backup(const Roots& roots, const std::string& uuid,
                                  const std::string& xml) {
    const std::filesystem::path directory = roots.state / "backups";
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    const std::string name = uuid + "-" + time_now();
    std::filesystem::path file;
    Fd fd;
    for (int again = 1; !fd; ++again) {
        file = directory / (name + (again == 1 ? "" : "-" + std::to_string(again)) + ".xml");
        fd = Fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                       S_IRUSR | S_IWUSR));
        if (!fd && errno != EEXIST)
            fail(file);
    }
    errno = ENOSPC; // if not all of it is written
    if (::write(fd.get(), xml.data(), xml.size()) != static_cast<ssize_t>(xml.size()) ||
        ::fsync(fd.get()) != 0)
        fail(file);
    return file;
}

} // namespace handoff
