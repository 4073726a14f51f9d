// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recovery.hpp"

#include "libhandoff/console.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/history.hpp"
#include "libhandoff/linux_host.hpp"
#include "libhandoff/liveness.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/missing_desktop.hpp"
#include "libhandoff/monitor_switch.hpp"
#include "libhandoff/units.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <utility>

namespace handoff {
namespace {

/// For a lock that a whole handoff and its return may hold.
constexpr std::chrono::seconds lock_deadline{60};
/// Nobody waits for a late worker, and nobody else gives back what it holds.
constexpr std::chrono::hours late_deadline{24 * 365};

/// For steps that nobody waits for: the log has them.
void unseen(const Step& /*step*/, const Spent& /*spent*/) {}

/// A worker that ended, or that is ourselves, is stuck no more.
void forget_ended_workers(const Roots& roots, Record& record) {
    std::erase_if(record.stuck, [&](const Stuck& stuck) {
        return stuck.worker.pid == ::getpid() || !alive(stuck.worker, roots.proc);
    });
}

void log_problems(const std::string& domain, const std::vector<std::string>& problems) {
    for (const std::string& problem : problems)
        log_error(one_line(domain + ": not given back: " + problem));
}

bool concerns_desktop(const Step& step) {
    return step.kind == Kind::card || step.kind == Kind::unit;
}

bool host_ends(const Roots& roots) {
    try {
        return shutting_down(roots, Deadline(look_deadline));
    } catch (const std::exception&) {
        return false; // nobody to ask, and so nobody who shuts down
    }
}

/// A unit of a user who has logged out.
bool is_of_nobody(const Roots& roots, const Step& step) {
    constexpr std::string_view user = "user@";
    return step.kind == Kind::unit && step.subject.starts_with(user) &&
           step.subject.find(':') != std::string::npos &&
           !std::filesystem::exists(
               roots.run / "user" /
               step.subject.substr(user.size(), step.subject.find(':') - user.size()) / "bus");
}

/// A host that shuts down needs no desktop any more, nor a user who has logged out his units.
void forget_desktops_that_ended(const Roots& roots, Record& record) {
    if (std::ranges::any_of(record.steps, concerns_desktop) && host_ends(roots))
        std::erase_if(record.steps, concerns_desktop);
    std::erase_if(record.steps, [&](const Step& step) { return is_of_nobody(roots, step); });
}

} // namespace

Handed handed(const Record& record) {
    Handed other;
    other.domain = record.domain;
    other.uuid = record.uuid;
    for (const Step& step : record.steps)
        if (step.kind == Kind::driver)
            other.drivers[step.subject] = step.from;
    return other;
}

std::vector<Standing> standing_journals(const Roots& roots) {
    std::vector<Standing> all;
    for (const std::string& uuid : journaled_domains(roots.journals())) {
        Standing standing;
        standing.record.uuid = uuid;
        struct stat status {};
        if (::stat(journal_file(roots.journals(), uuid).c_str(), &status) == 0)
            standing.since = std::chrono::system_clock::from_time_t(status.st_mtime);
        try {
            std::optional<Record> record = read_journal(roots.journals(), uuid);
            if (!record)
                continue; // given back meanwhile
            standing.record = std::move(*record);
            standing.live = live(roots, standing.record);
        } catch (const std::exception& error) {
            standing.trouble = error.what();
        }
        all.push_back(std::move(standing));
    }
    return all;
}

std::vector<std::string> give_back(const Roots& roots, const Lock& lock, const std::string& uuid,
                                   const OnStep& on_step) {
    std::optional<Record> record = read_journal(roots.journals(), uuid);
    if (!record)
        return {};
    forget_ended_workers(roots, *record);
    forget_desktops_that_ended(roots, *record);
    Journal journal = Journal::open(roots.journals(), uuid);
    LinuxHost host(roots, give_back_late(roots, lock, uuid), HolderGate({}, Events::wished));
    std::vector<std::string> problems = roll_back(host, *record, journal, on_step);
    log_problems(record->domain, problems);
    if (!problems.empty() && is_without_desktop(roots, *record))
        show_on_console(roots, one_line(record->domain + ": " + problems.front()));
    return problems;
}

bool is_left(const Roots& roots, const std::string& uuid,
             const std::vector<std::string>& problems) {
    return !problems.empty() && read_journal(roots.journals(), uuid);
}

namespace {

/// give_back() of what was left behind: an event of its own in the history. Returns what is left of
/// it still.
std::vector<std::string> give_back_left(const Roots& roots, const Lock& lock,
                                        const std::string& uuid, const OnStep& on_step) {
    const std::optional<Record> record = read_journal(roots.journals(), uuid);
    if (!record)
        return {};
    log_warning(record->domain + ": a handoff was left behind; giving it back");
    Recording recording(record->domain, uuid, spent_so_far());
    std::vector<std::string> problems =
        give_back(roots, lock, uuid, [&](const Step& step, const Spent& spent) {
            log_info(record->domain + ": " + text_of(step));
            recording.add(step, spent);
            on_step(step, spent);
        });
    if (!is_left(roots, uuid, problems))
        problems.clear();
    if (problems.empty())
        recording.end(roots, Outcome::recovered);
    else
        recording.end(roots, Outcome::not_given_back, problems.front());
    show_host(roots, *record);
    return problems;
}

/// What the journal of another domain says: it has its devices, or they could not be given back;
/// nothing if they were.
std::optional<Handed> settle(const Roots& roots, const Lock& lock, const Record& record) {
    if (live(roots, record))
        return handed(record);
    if (give_back_left(roots, lock, record.uuid, unseen).empty())
        return std::nullopt;
    Handed left = handed(read_journal(roots.journals(), record.uuid).value_or(record));
    left.left_over = true;
    return left;
}

} // namespace

std::vector<Handed> settle_journals(const Roots& roots, const Lock& lock, const std::string& uuid) {
    const std::vector<std::string> problems = give_back_left(roots, lock, uuid, unseen);
    const std::optional<Record> left = read_journal(roots.journals(), uuid);
    if (!problems.empty() && left && !only_units_left(*left))
        throw NotAllGivenBack(problems.front());
    return settle_others(roots, lock, {uuid});
}

std::vector<Handed> settle_others(const Roots& roots, const Lock& lock,
                                  const std::set<std::string>& but) {
    std::vector<Handed> others;
    for (const std::string& other : journaled_domains(roots.journals())) {
        if (but.contains(other))
            continue;
        std::optional<Record> record;
        try {
            record = read_journal(roots.journals(), other);
            if (const std::optional<Handed> has =
                    record ? settle(roots, lock, *record) : std::nullopt)
                others.push_back(*has);
        } catch (const std::exception& error) {
            // One that cannot be settled keeps what it names, and nothing else.
            log_error(other + ": " + error.what());
            if (record) {
                others.push_back(handed(*record));
                others.back().left_over = true;
            }
        }
    }
    return others;
}

std::vector<Recovered> recover(const Roots& roots, const std::optional<std::string>& domain,
                               const OnStep& on_step) {
    const Lock lock(roots, "gpu-handoff recover", Deadline(lock_deadline));
    std::vector<Recovered> all;
    std::set<std::string> ended_before;
    for (const Standing& standing : standing_journals(roots))
        if (!standing.live)
            ended_before.insert(standing.record.uuid);
    for (const std::string& uuid : journaled_domains(roots.journals())) {
        Recovered recovered{uuid, {}};
        try {
            const std::optional<Record> record = read_journal(roots.journals(), uuid);
            if (!record || (domain && *domain != record->domain && *domain != uuid))
                continue;
            recovered.domain = record->domain;
            if (!domain && live(roots, *record))
                continue;
            if (domain && in_use(roots, *record))
                recovered.problems.emplace_back("it is running; shut it down first");
            else
                recovered.problems = give_back_left(roots, lock, uuid, on_step);
        } catch (const std::exception& error) {
            recovered.problems.emplace_back(error.what());
        }
        ended_before.insert(uuid);
        all.push_back(recovered);
    }
    settle_others(roots, lock, ended_before); // who waited for the lock in vain
    return all;
}

Late give_back_late(const Roots& roots, const Lock& lock, const std::string& uuid) {
    return {lock.descriptor(), [roots, uuid] {
                const Lock own(roots, "a late return", Deadline(late_deadline));
                const std::optional<Record> record = read_journal(roots.journals(), uuid);
                if (!record || (!record->returning && live(roots, *record)))
                    return; // whoever waited is still at it, or libvirt will call the return
                log_warning(record->domain +
                            ": the kernel came back late; giving back what was left");
                give_back_left(roots, own, uuid, unseen);
                settle_others(roots, own, {uuid}); // who waited for the lock in vain
            }};
}

} // namespace handoff
