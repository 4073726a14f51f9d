// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"
#include "libhandoff/monitor.hpp"
#include "libhandoff/process.hpp"
#include "libhandoff/step.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// A function whose driver did not come back from the kernel, and the worker that waits for it
/// there.
struct Stuck {
    std::string function;
    ProcessId worker;

    bool operator==(const Stuck&) const = default;
};

/// What a journal says.
struct Record {
    std::string domain;               ///< name, for people
    std::string uuid;                 ///< the identity, and the file's name
    ProcessId daemon;                 ///< the libvirt daemon that asked for the handoff
    std::chrono::seconds timeout{25}; ///< deadline of the handoff, and of its return
    bool returning =
        false; ///< the return has begun: nobody will start the domain with these devices any more
    std::vector<Step> steps;
    std::vector<Stuck> stuck;
    /// Screens that show the guest. No steps: the host has all it had without them.
    std::vector<MonitorReturn> monitors;
    std::vector<std::string> bad_lines; ///< not understood; a torn last line is none of them

    bool operator==(const Record&) const = default;
};

/// What is left to give back of one handoff: a file in a directory only root can enter, one line
/// per step, written before the change. There are no done-marks, since Host::set is idempotent. The
/// format is in journal_format.cpp.
class Journal {
public:
    /// Starts DIRECTORY/UUID.journal with the record's header. Throws std::system_error (EEXIST if
    /// there is one).
    static Journal create(const std::filesystem::path& directory, const Record& record);
    /// Opens the journal of that domain for more lines.
    static Journal open(const std::filesystem::path& directory, const std::string& uuid);

    /// The whole plan, or nothing of it.
    void append(const Plan& plan);
    void append_returning();
    void append(const Stuck& stuck);
    void append(const MonitorReturn& monitor);
    /// Replaces the journal by one that holds this record, or removes it if no step and no bad line
    /// is left.
    void keep(const Record& record);

private:
    Journal(std::filesystem::path file, Fd fd);
    void append_lines(const std::string& lines);

    std::filesystem::path file_;
    Fd fd_;
};

/// Where the journal of the domain with this uuid is, if there is one.
std::filesystem::path journal_file(const std::filesystem::path& directory, const std::string& uuid);
/// The journal of the domain with this uuid; nothing if it has none. Throws Error if it was written
/// in a newer format.
std::optional<Record> read_journal(const std::filesystem::path& directory, const std::string& uuid);
/// The uuids of the domains that have a journal.
std::vector<std::string> journaled_domains(const std::filesystem::path& directory);

/// Whether units are all that is left to do. They keep no domain from starting: a service that does
/// not start any more has nothing to do with the card.
bool only_units_left(const Record& record);

} // namespace handoff
