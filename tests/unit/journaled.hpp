// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/recovery.hpp"
#include "tests/unit/tree.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Hosts with journals of domains.
namespace journaled {

inline const std::string uuid = "11111111-2222-3333-4444-555555555555";
inline const std::string other = "99999999-2222-3333-4444-555555555555";

/// A host without a bus, on which no unit can be started, and the journal of a domain that has
/// ended.
struct Computer : Tree {
    explicit Computer(const handoff::Plan& steps, bool returning = true) {
        std::filesystem::create_directories(roots.journals());
        add_journal("win11", uuid, steps, returning);
    }
    void add_journal(const std::string& domain, const std::string& of, const handoff::Plan& steps,
                     bool returning,
                     std::chrono::seconds timeout = std::chrono::seconds(30)) const {
        handoff::Record record;
        record.domain = domain;
        record.uuid = of;
        record.daemon = {1, "1"};
        record.timeout = timeout;
        handoff::Journal journal = handoff::Journal::create(roots.journals(), record);
        journal.append(steps);
        if (returning)
            journal.append_returning();
    }
    [[nodiscard]] std::vector<handoff::Handed> settle() const {
        const handoff::Lock lock(roots, "test", handoff::Deadline(std::chrono::seconds(10)));
        return settle_journals(roots, lock, uuid);
    }
    [[nodiscard]] std::optional<handoff::Record> left() const {
        return handoff::read_journal(roots.journals(), uuid);
    }
};

} // namespace journaled
