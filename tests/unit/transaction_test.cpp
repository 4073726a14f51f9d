// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/transaction.hpp"

#include "libhandoff/sysfs.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fake_host.hpp"
#include "tests/unit/temporary.hpp"

#include <algorithm>
#include <csignal>
#include <sys/resource.h>

using namespace handoff;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";
const std::string gpu = "0000:01:00.0";
const std::string audio = "0000:01:00.1";

/// The longest way there is: a desktop that ends, a companion, a module stack, and attributes that
/// others change meanwhile.
Plan nvidia_plan() {
    Plan plan;
    for (const std::string& function : {gpu, audio}) {
        plan.push_back({Kind::attribute, function + "/driver_override", "", "vfio-pci"});
        plan.push_back({Kind::attribute, function + "/power/control", "auto", "auto"});
    }
    plan.push_back({Kind::card, gpu, "present", "withdrawn"});
    plan.push_back({Kind::unit, "lightdm.service", "active", "inactive"});
    plan.push_back({Kind::session, "2", "active", "ended"});
    plan.push_back({Kind::process, "1234 77 game", "running", "ended"});
    plan.push_back({Kind::framebuffer, "efi-framebuffer.0", "bound", "unbound"});
    plan.push_back({Kind::driver, audio, "snd_hda_intel", "vfio-pci"});
    plan.push_back({Kind::module, "nvidia_drm", "loaded modeset=Y", "unloaded"});
    plan.push_back({Kind::module, "nvidia", "loaded NVreg_A=1", "unloaded"});
    plan.push_back({Kind::driver, gpu, "nvidia", "vfio-pci"});
    return plan;
}

FakeHost::State before() {
    FakeHost::State state;
    for (const Step& step : nvidia_plan())
        state[{step.kind, step.subject}] = step.from;
    return state;
}

/// What it had, but for what nobody can bring back.
bool is_as_before(const FakeHost& host) {
    FakeHost::State now = host.now;
    for (const Step& step : nvidia_plan())
        if (!has_return(step.kind))
            now[{step.kind, step.subject}] = step.from;
    return now == before();
}

Record header() {
    Record record;
    record.domain = "win11";
    record.uuid = uuid;
    record.daemon = {1, "1"};
    return record;
}

const Deadline deadline{std::chrono::hours(1)};
const OnStep nobody = [](const Step&, const Spent&) {};

/// What a hook does: commit, and the way back if that throws. Killed passes through.
std::string hand_over(FakeHost& host, const std::filesystem::path& journals) {
    Journal journal = Journal::create(journals, header());
    try {
        commit(host, nvidia_plan(), journal, deadline, nobody);
        return {};
    } catch (const Error& error) {
        roll_back(host, read_journal(journals, uuid).value(), journal, nobody);
        return error.what();
    }
}

/// A handoff, after which every try to give this subject back fails.
void hand_over_for_good(FakeHost& host, const std::filesystem::path& journals,
                        const std::string& subject) {
    hand_over(host, journals);
    host.fault = Fault::fails;
    host.always_failing = subject;
}

/// What the next one who looks does.
std::vector<std::string> recover(FakeHost& host, const std::filesystem::path& journals) {
    std::optional<Record> record = read_journal(journals, uuid);
    if (!record)
        return {};
    record->stuck.clear(); // by then the worker has ended
    Journal journal = Journal::open(journals, uuid);
    return roll_back(host, *record, journal, nobody);
}

bool journal_left(const std::filesystem::path& journals) {
    return !journaled_domains(journals).empty();
}

/// Steps of the plan that change something: two of its attributes are only watched.
int changes_in_plan() {
    const Plan plan = nvidia_plan();
    const auto changes =
        std::ranges::count_if(plan, [](const Step& step) { return step.from != step.to; });
    return static_cast<int>(changes);
}

} // namespace

TEST_CASE("a handoff and its return leave the host as it was") {
    const Temporary journals;
    FakeHost host(before());
    CHECK(hand_over(host, journals.path()).empty());
    CHECK(host.now[{Kind::driver, gpu}] == "vfio-pci");
    CHECK(host.now[{Kind::driver, audio}] == "vfio-pci");
    CHECK(host.now[{Kind::module, "nvidia"}] == "unloaded");
    CHECK(journal_left(journals.path()));
    host.now[{Kind::attribute, gpu + "/power/control"}] = "on"; // as vfio-pci leaves it
    CHECK(recover(host, journals.path()).empty());
    CHECK(is_as_before(host));
    CHECK_FALSE(journal_left(journals.path()));
}

TEST_CASE("a step that fails at any place leaves the host as it was, and no journal") {
    const Fault fault = GENERATE(Fault::fails, Fault::fails_late);
    for (int at = 0; at < changes_in_plan(); ++at) {
        const Temporary journals;
        FakeHost host(before());
        host.fault = fault;
        host.fault_at = at;
        CHECK_FALSE(hand_over(host, journals.path()).empty());
        CHECK(is_as_before(host));
        CHECK_FALSE(journal_left(journals.path()));
    }
}

TEST_CASE("a way back whose time one step has taken brings the others back") {
    const Temporary journals;
    FakeHost host(before());
    hand_over(host, journals.path());
    Record record = read_journal(journals.path(), uuid).value();
    record.timeout = std::chrono::seconds(0); // as after that step
    Journal journal = Journal::open(journals.path(), uuid);
    CHECK(roll_back(host, record, journal, nobody).empty());
    CHECK(is_as_before(host));
}

TEST_CASE("a hook that dies at any place, and a recovery that dies at any place, come back") {
    const Fault fault = GENERATE(Fault::dies_before, Fault::dies_after);
    const Fault second =
        GENERATE(Fault::dies_before, Fault::dies_after, Fault::fails, Fault::fails_late);
    for (int at = 0; at < changes_in_plan(); ++at) {
        // The way back sets every step of the plan once, some of them twice.
        for (int again = 0; again < 2 * static_cast<int>(nvidia_plan().size()); ++again) {
            const Temporary journals;
            FakeHost host(before());
            host.fault = fault;
            host.fault_at = at;
            CHECK_THROWS_AS(hand_over(host, journals.path()), Killed);
            host.fault = second;
            host.fault_at = host.changes + again;
            try {
                recover(host, journals.path());
            } catch (const Killed&) {
                CHECK(journal_left(journals.path()));
            }
            host.fault = Fault::none;
            CHECK(recover(host, journals.path()).empty());
            CHECK(is_as_before(host));
            CHECK_FALSE(journal_left(journals.path()));
        }
    }
}

TEST_CASE("a hook that dies while it writes the journal has changed nothing") {
    std::size_t whole = 1;
    for (std::size_t size = 0; size < whole; ++size) {
        const Temporary journals;
        const std::filesystem::path file = journals.path() / (uuid + ".journal");
        FakeHost host(before());
        host.fault = Fault::dies_before;
        host.fault_at = 0;
        REQUIRE_THROWS_AS(hand_over(host, journals.path()), Killed);
        CHECK(is_as_before(host));
        whole = std::filesystem::file_size(file);
        std::filesystem::resize_file(file, size);
        host.fault = Fault::none;
        CHECK(recover(host, journals.path()).empty());
        CHECK(is_as_before(host));
        CHECK_FALSE(journal_left(journals.path()));
    }
    CHECK(whole > 400);
}

TEST_CASE("what cannot be given back stays in the journal, and only that") {
    const Temporary journals;
    FakeHost host(before());
    hand_over_for_good(host, journals.path(), audio);
    const std::vector<std::string> problems = recover(host, journals.path());
    CHECK(problems == std::vector<std::string>{audio + ": fails; nothing to do"});
    const Record left = read_journal(journals.path(), uuid).value();
    CHECK(left.returning);
    for (const Step& step : left.steps)
        CHECK(
            step.subject.starts_with(audio)); // its attributes too: the next try changes them again
    CHECK(host.now[{Kind::driver, gpu}] == "nvidia");
    host.always_failing.clear();
    CHECK(recover(host, journals.path()).empty());
    CHECK(is_as_before(host));
}

TEST_CASE("a parameter that a module did not take is the least of the problems") {
    const Temporary journals;
    FakeHost host(before());
    hand_over_for_good(host, journals.path(), "nvidia");
    host.now[{Kind::module, "nvidia"}] = "loaded NVreg_A=2";
    const std::filesystem::path file = journals.path() / (uuid + ".journal");
    write_text(file, read_file(file).value() + "no such line\n");
    CHECK(recover(host, journals.path()) ==
          std::vector<std::string>{"a line of the journal is not understood: no such line",
                                   "nvidia: fails; nothing to do"});
}

TEST_CASE("a unit that fails is not back for being active right then") {
    const Temporary journals;
    FakeHost host(before());
    hand_over_for_good(host, journals.path(), "lightdm.service");
    host.now[{Kind::unit, "lightdm.service"}] = "active"; // systemd starts it again and again
    CHECK(recover(host, journals.path()) ==
          std::vector<std::string>{"lightdm.service: fails; nothing to do"});
    CHECK(read_journal(journals.path(), uuid).value().steps ==
          Plan{{Kind::unit, "lightdm.service", "active", "inactive"}});
}

TEST_CASE("a function that gets stuck is written down, skipped, and comes back later") {
    const Temporary journals;
    FakeHost host(before());
    host.fault = Fault::gets_stuck;
    host.always_failing = audio;
    CHECK(hand_over(host, journals.path()) == audio + ": stuck; if it stays so, restart the host");
    const Record left = read_journal(journals.path(), uuid).value();
    CHECK(left.stuck == std::vector<Stuck>{{audio, {1, "1"}}});
    CHECK(left.returning);
    for (const Step& step : left.steps)
        CHECK(step.subject.starts_with(audio));
    CHECK(host.now[{Kind::attribute, gpu + "/driver_override"}].empty());
    host.fault = Fault::none;
    CHECK(recover(host, journals.path()).empty());
    CHECK(is_as_before(host));
}

TEST_CASE(
    "a line that is not understood is reported, the others are given back, and the journal stays") {
    const Temporary journals;
    FakeHost host(before());
    hand_over(host, journals.path());
    const std::filesystem::path file = journals.path() / (uuid + ".journal");
    write_text(file, read_file(file).value() + "step\tthing\tx\ty\tz\n");
    CHECK(
        recover(host, journals.path()) ==
        std::vector<std::string>{"a line of the journal is not understood: step\tthing\tx\ty\tz"});
    CHECK(is_as_before(host));
    CHECK(read_journal(journals.path(), uuid).value().steps.empty());
}

TEST_CASE("a journal that cannot be written stops the handoff before the change") {
    const Temporary journals;
    FakeHost host(before());
    Journal journal = Journal::create(journals.path(), header());
    const std::filesystem::path file = journals.path() / (uuid + ".journal");
    rlimit all{};
    ::getrlimit(RLIMIT_FSIZE, &all);
    const auto previous = std::signal(SIGXFSZ, SIG_IGN);
    // Room for the first lines, and a part of the next one.
    const rlimit little{std::filesystem::file_size(file) + 170, all.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &little);
    CHECK_THROWS_AS(commit(host, nvidia_plan(), journal, deadline, nobody), std::system_error);
    ::setrlimit(RLIMIT_FSIZE, &all);
    static_cast<void>(std::signal(SIGXFSZ, previous));
    CHECK(is_as_before(host));
    CHECK(recover(host, journals.path()).empty());
    CHECK(is_as_before(host));
}
