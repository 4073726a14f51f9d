// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/sysfs.hpp"
#include "libhandoff/transaction.hpp"
#include "libhandoff/worker.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace handoff {

/// What a domain has, as its journal says.
Handed handed(const Record& record);

/// A journal as it stands, for those who only look.
struct Standing {
    Record record;
    bool live = false; ///< see liveness.hpp
    std::chrono::system_clock::time_point
        since;           ///< the handoff began, or what was left was written
    std::string trouble; ///< why it cannot be read; there is no record then
};

/// All journals; nothing is given back. Throws std::system_error, EACCES without root's rights.
std::vector<Standing> standing_journals(const Roots& roots);

/// Gives back what the domain's journal holds. Returns what could not be given back; nothing
/// without a journal.
std::vector<std::string> give_back(const Roots& roots, const Lock& lock, const std::string& uuid,
                                   const OnStep& on_step);

/// After give_back() with these problems: whether recover would find something. A parameter that a
/// module did not take is nothing to give back: it is in the log.
bool is_left(const Roots& roots, const std::string& uuid, const std::vector<std::string>& problems);

/// Gives back what dead journals hold, and that of `uuid`, whose domain is not running as libvirt
/// says. Returns what other domains have, and what was left over. Throws NotAllGivenBack if
/// something of `uuid` was, other than units.
std::vector<Handed> settle_journals(const Roots& roots, const Lock& lock, const std::string& uuid);

/// The same of all domains but those with these uuids. What cannot be given back is logged, and no
/// reason to fail.
std::vector<Handed> settle_others(const Roots& roots, const Lock& lock,
                                  const std::set<std::string>& but);

/// What became of one domain's journal.
struct Recovered {
    std::string domain;
    std::vector<std::string> problems; ///< none: all is given back
};

/// gpu-handoff recover: gives back all dead journals, or that of the domain with this name or uuid.
/// Takes the lock, and gives back at last what ended meanwhile. A domain that runs is left alone.
/// One that is named is given back also when its daemon seems to be at it, for the case that its
/// return was cut off: not to be used while the domain starts.
std::vector<Recovered> recover(const Roots& roots, const std::optional<std::string>& domain,
                               const OnStep& on_step);

/// For a worker whose change is completed when nobody waits any more: it takes the lock and gives
/// back everything that its domain's journal still holds, unless libvirt will call the return.
Late give_back_late(const Roots& roots, const Lock& lock, const std::string& uuid);

} // namespace handoff
