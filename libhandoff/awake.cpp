// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/awake.hpp"

#include "libhandoff/bus.hpp"
#include "libhandoff/journal.hpp"
#include "libhandoff/journal_watch.hpp"
#include "libhandoff/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <system_error>

namespace handoff {
namespace {

/// A bus that does not answer must not take the time of the handoff itself.
constexpr std::chrono::seconds patience{3};
/// logind may have to start first.
constexpr std::chrono::seconds logind_timeout{25};

/// The domain's name, for people; its uuid when the journal does not tell.
std::string name_of(const Roots& roots, const std::string& uuid) {
    try {
        const std::optional<Record> record = read_journal(roots.journals(), uuid);
        if (record && !record->domain.empty())
            return record->domain;
    } catch (const std::exception& error) {
        log_warning(uuid + ": " + error.what());
    }
    return uuid;
}

/// Whether the card is back: a service that is still to be started minds no host that sleeps.
bool is_over(const Roots& roots, const std::string& uuid) {
    try {
        const std::optional<Record> record = read_journal(roots.journals(), uuid);
        return !record || (record->returning && only_units_left(*record));
    } catch (const std::exception&) {
        return false; // one that cannot be read may be a card's
    }
}

/// Waits until the journal may be another or gone, or logind has ended; returns whether that.
bool lost(const JournalWatch& journal, const Fd& inhibitor) {
    std::array<pollfd, 2> waiting{pollfd{journal.descriptor(), POLLIN, 0},
                                  pollfd{inhibitor.get(), 0, 0}};
    while (::poll(waiting.data(), waiting.size(), -1) < 0)
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "poll");
    return waiting[1].revents != 0;
}

} // namespace

void keep_awake(const Roots& roots, const std::string& uuid, const Deadline& deadline) {
    try {
        const Deadline soon(std::min<std::chrono::milliseconds>(deadline.left(), patience));
        const std::string unit = "gpu-handoff-awake@" + uuid + ".service";
        // Not StartUnit: one that is just ending, after an earlier journal, would count as started.
        Bus::of_system(roots, soon)
            .call(soon,
                  {"org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                   "org.freedesktop.systemd1.Manager"},
                  "RestartUnit", "ss", unit.c_str(), "replace");
    } catch (const std::exception& error) {
        log_warning(name_of(roots, uuid) +
                    ": nothing keeps the host from sleeping: " + error.what());
    }
}

Fd inhibit_sleep(const Roots& roots, const std::string& domain, const Deadline& deadline) {
    const Bus bus = Bus::of_system(roots, deadline);
    const Message question = bus.request(
        {"org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"},
        "Inhibit");
    libsystemd().bus_message_set_auto_start(question.get(), 1); // it may be restarting
    // logind does not ask for "sleep" when the lid is closed, only for the lid's own word.
    question.append("ssss", "sleep:handle-lid-switch", "gpu-handoff",
                    ("domain " + domain + " has a graphics card").c_str(), "block");
    const Message answer = bus.call(question, deadline);
    int inhibitor = -1; // the message's own
    answer.read("h", &inhibitor);
    Fd ours(::fcntl(inhibitor, F_DUPFD_CLOEXEC, 3));
    if (!ours)
        throw std::system_error(errno, std::generic_category(), "logind's inhibitor");
    return ours;
}

void stay_awake(const Roots& roots, const std::string& uuid) {
    const JournalWatch journal(roots.journals(), uuid);
    Fd inhibitor;
    bool needed = true;
    while (!journal.gone() && !is_over(roots, uuid)) {
        if (needed) {
            const std::string name = name_of(roots, uuid);
            inhibitor = inhibit_sleep(roots, name, Deadline(logind_timeout));
            log_info(name + ": the host does not sleep while the domain has a graphics card");
        }
        needed = lost(journal, inhibitor);
    }
}

} // namespace handoff
