// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/journal_format.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/sysfs.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/temporary.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace handoff;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";

Record sample() {
    Record record;
    record.domain = "a name\twith\nall \\ of it";
    record.uuid = uuid;
    record.daemon = {4711, "123456"};
    record.timeout = std::chrono::seconds(40);
    record.steps = {{Kind::attribute, "0000:01:00.0/driver_override", "", "vfio-pci"},
                    {Kind::module, "nvidia", "loaded a=b\\x20c", "unloaded"},
                    {Kind::driver, "0000:01:00.0", "nvidia", "vfio-pci"}};
    return record;
}

} // namespace

TEST_CASE("a journal reads as it was written") {
    const Temporary directory;
    const std::filesystem::path journals = directory.path() / "journals";
    Record record = sample();
    Journal journal = Journal::create(journals, record);
    journal.append(record.steps);
    CHECK(read_journal(journals, uuid) == record);

    journal.append(Stuck{"0000:01:00.0", {12, "34"}});
    journal.append(MonitorReturn{"DELL U2720Q", "", 0x0f});
    journal.append_returning();
    record.monitors = {{"DELL U2720Q", "", 0x0f}};
    record.stuck = {{"0000:01:00.0", {12, "34"}}};
    record.returning = true;
    CHECK(read_journal(journals, uuid) == record);

    record.steps.pop_back();
    journal.keep(record);
    CHECK(read_journal(journals, uuid) == record);
    CHECK(journaled_domains(journals) == std::vector<std::string>{uuid});

    record.steps.clear();
    journal.keep(record);
    CHECK_FALSE(read_journal(journals, uuid));
    CHECK(journaled_domains(journals).empty());
}

TEST_CASE("only root can enter the directory and read a journal") {
    const Temporary directory;
    const std::filesystem::path journals = directory.path() / "journals";
    Journal::create(journals, sample());
    struct stat status {};
    REQUIRE(::stat(journals.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0700U);
    REQUIRE(::stat((journals / (uuid + ".journal")).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE("a second journal for a domain is refused") {
    const Temporary directory;
    Journal::create(directory.path(), sample());
    CHECK_THROWS_AS(Journal::create(directory.path(), sample()), std::system_error);
}

TEST_CASE("a line after a torn one stands alone") {
    const Temporary directory;
    Journal::create(directory.path(), sample()).append({sample().steps[0]});
    const std::filesystem::path file = directory.path() / (uuid + ".journal");
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 5);
    Journal::open(directory.path(), uuid).append_returning();
    const Record record = read_journal(directory.path(), uuid).value();
    CHECK(record.steps.empty());
    CHECK(record.returning);
    CHECK(record.bad_lines.empty());
}

TEST_CASE("a journal of a newer format is refused, whatever it holds") {
    CHECK_THROWS_AS(parse_journal("gpu-handoff\t2\tanything\n", uuid), Error);
}

TEST_CASE("bad lines are kept as they are") {
    const Record record = parse_journal("gpu-handoff\t1\td\t1\t2\t25\nstep\tmodule\tonly\nnoise\n"
                                        "step\tdriver\tx\ta\tb\nstuck\tx\ty\tz\ntorn",
                                        uuid);
    CHECK(record.bad_lines ==
          std::vector<std::string>{"step\tmodule\tonly", "noise", "stuck\tx\ty\tz"});
    CHECK(record.steps == std::vector<Step>{{Kind::driver, "x", "a", "b"}});
}

TEST_CASE("an empty journal holds nothing") {
    CHECK(parse_journal("", uuid).steps.empty());
    CHECK(parse_journal("gpu-hand", uuid).bad_lines.empty());
}

TEST_CASE("a process is told from a later one with its number") {
    const std::optional<ProcessId> self = process(::getpid());
    REQUIRE(self);
    CHECK(alive(*self));
    CHECK_FALSE(alive({self->pid, self->start + "1"}));
    CHECK_FALSE(alive({0, ""}));
}

TEST_CASE("the start time is found behind any command name") {
    const Temporary proc;
    std::filesystem::create_directory(proc.path() / "7");
    Fd(::creat((proc.path() / "7/stat").c_str(), 0600)).reset();
    write_text(proc.path() / "7/stat",
               "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 1\n");
    CHECK(process(7, proc.path()) == ProcessId{7, "987654"});
    CHECK_FALSE(process(8, proc.path()));
}
