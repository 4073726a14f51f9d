// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/journal_watch.hpp"

#include "libhandoff/journal.hpp"

#include <array>
#include <cerrno>
#include <sys/inotify.h>
#include <system_error>

namespace handoff {
namespace {

constexpr std::uint32_t changes =
    IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF;

} // namespace

JournalWatch::JournalWatch(const std::filesystem::path& directory, const std::string& uuid)
    : directory_(directory), file_(journal_file(directory, uuid)),
      events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (!events_)
        throw std::system_error(errno, std::generic_category(), "inotify");
}

bool JournalWatch::gone() const {
    std::array<char, 4096> read_and_forgotten{};
    while (::read(events_.get(), read_and_forgotten.data(), read_and_forgotten.size()) > 0) {
    }
    // Each time, for the directory may be another one by now; first, so that nothing is missed.
    if (::inotify_add_watch(events_.get(), directory_.c_str(), changes | IN_ONLYDIR) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        throw std::system_error(errno, std::generic_category(), directory_.string());
    }
    return !std::filesystem::exists(file_);
}

} // namespace handoff
