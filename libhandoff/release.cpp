// SPDX-License-Identifier: GPL-2.0-or-later
//
// A domain has ended: what it had goes back to the host.
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/handoff.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/monitor_switch.hpp"
#include "libhandoff/recovery.hpp"
#include "libhandoff/timeline.hpp"

#include <algorithm>
#include <system_error>

namespace handoff {
namespace {

/// Longer than screens are asked for (monitor_switch.cpp): whoever does that does not look
/// afterwards for what ended meanwhile.
constexpr std::chrono::seconds least_patience{15};

/// Returns whether the journal says so now: a full /run must not keep the card from coming back.
bool note_return(const Roots& roots, const Record& record) {
    try {
        Journal::open(roots.journals(), record.uuid).append_returning();
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

/// Whoever has the lock for longer gives back for us, when he is done.
Lock lock_for_return(const Roots& roots, const Record& record) {
    try {
        return {roots, record.domain, Deadline(std::max(2 * record.timeout, least_patience))};
    } catch (const Error& error) {
        throw NotAllGivenBack(error.what());
    }
}

void give_back_to_host(const Roots& roots, const Record& record, Timeline& timeline) {
    // libvirt says this once: whatever happens to us from here on, the journal is dead and others
    // may return it.
    const bool noted = record.returning || note_return(roots, record);
    const Lock lock = lock_for_return(roots, record);
    // A `started` of a daemon that died may have switched screens while we waited.
    const std::optional<Record> last = read_journal(roots.journals(), record.uuid);
    // One without its first line, of a start that was cut off at once, says nothing at all.
    if (last && noted && !last->returning && last->bad_lines.empty())
        return log_info(record.domain + ": was given back, and has started again");
    if (!last)
        log_info(record.domain + ": given back by whoever had the lock");
    const std::vector<std::string> problems =
        give_back(roots, lock, record.uuid, timeline.on_step());
    // What another one left behind for want of this card, as a display manager without a screen.
    settle_others(roots, lock, {record.uuid});
    if (!last)
        return;
    const bool left = is_left(roots, record.uuid, problems);
    if (!left)
        timeline.end(Outcome::given_back);
    show_host(roots, *last); // at last: it may take its time
    if (left)
        throw NotAllGivenBack(problems.front());
}

} // namespace

void release(const Roots& roots, std::string_view xml) {
    const Domain domain = parse_domain(xml);
    const std::optional<Record> record = read_journal(roots.journals(), domain.uuid);
    if (!record)
        return;
    Timeline timeline(roots, domain);
    timeline.end_of("start");
    try {
        give_back_to_host(roots, *record, timeline);
    } catch (const std::exception& error) {
        timeline.end_not_given_back(error.what());
        throw;
    }
}

} // namespace handoff
