// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/trial.hpp"

#include "hook/trial_unit.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/pidfd.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/message_bus.hpp"
#include "tests/unit/tree.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace handoff;
using std::chrono::milliseconds;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";

/// A child that waits for a signal.
class Guest {
public:
    Guest() : pid_(::fork()) {
        if (pid_ == 0)
            for (;;)
                ::pause();
    }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest() {
        end();
        ::waitpid(pid_, nullptr, 0);
    }
    void end() const { ::kill(pid_, SIGKILL); }
    [[nodiscard]] Fd process() const { return Fd(::pidfd_open(pid_, 0)); }
    [[nodiscard]] bool ended() const {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               info.si_pid == pid_;
    }

private:
    pid_t pid_;
};

/// A domain that notes what is done to it.
struct Fake {
    Guest guest;
    std::string log;
    bool running = true;

    TrialDomain domain() {
        return {"win11",
                [this] { log += "start "; },
                [this] { return running; },
                [this] { return guest.process(); },
                [this] { log += "shut_down "; },
                [this] {
                    log += "destroy ";
                    guest.end();
                }};
    }
    std::function<void()> started() {
        return [this] { log += "started "; };
    }
};

constexpr TrialTimes at_once{milliseconds(1), milliseconds(1)};
constexpr TrialTimes never{std::chrono::hours(1), std::chrono::hours(1)};

/// A systemd that has transient units.
struct Systemd {
    std::filesystem::path log;
    bool exists = false;

    /// What the unit runs.
    static std::string arguments(const Call& call) {
        std::string text;
        call.message().skip("s"); // the mode
        static_cast<void>(call.message().enter('a', "(sv)"));
        while (call.message().enter('r', "sv")) {
            if (call.text() == "ExecStart") {
                static_cast<void>(call.message().enter('v', "a(sasb)") &&
                                  call.message().enter('a', "(sasb)") &&
                                  call.message().enter('r', "sasb"));
                call.message().skip("s");
                static_cast<void>(call.message().enter('a', "s"));
                const char* word = nullptr;
                while (call.message().read("s", &word))
                    text += std::string(" ") + word;
                return text;
            }
            call.message().skip("v");
            call.message().leave();
        }
        return text;
    }

    void operator()(const Call& call) const {
        const std::string method = call.method();
        if (method == "ListUnitsByPatterns")
            return call.answer("a(ssssssouso)", 1,
                               ("gpu-handoff-trial-" + uuid + ".service").c_str(),
                               "A graphics card on trial by domain win 11", "loaded", "active",
                               "running", "", "/unit", 0, "", "/");
        const std::string unit = call.text();
        if (exists)
            return call.refuse("org.freedesktop.systemd1.UnitExists", "Unit exists.");
        std::ofstream(log, std::ios::app) << method << " " << unit << arguments(call) << "\n";
        call.answer("o", "/job/1");
    }
};

} // namespace

TEST_CASE("a domain left alone is asked to shut down, and then ended", "[trial]") {
    Fake fake;
    CHECK(run_trial(fake.domain(), at_once, fake.started()) == TrialEnd::destroyed);
    CHECK(fake.log == "start started shut_down destroy ");
}

TEST_CASE("a domain that shuts down when asked is not ended", "[trial]") {
    Fake fake;
    TrialDomain domain = fake.domain();
    domain.shut_down = [&] { fake.guest.end(); };
    CHECK(run_trial(domain, {milliseconds(1), std::chrono::hours(1)}, fake.started()) ==
          TrialEnd::shut_down);
    CHECK(fake.log == "start started ");
}

TEST_CASE("a domain that ends before its time is over is left alone", "[trial]") {
    Fake fake;
    const auto started = [&] { fake.guest.end(); };
    CHECK(run_trial(fake.domain(), never, started) == TrialEnd::by_itself);
    CHECK(fake.log == "start ");
}

TEST_CASE("a domain that cannot be started is not waited for", "[trial]") {
    Fake fake;
    TrialDomain domain = fake.domain();
    fake.running = false;
    domain.start = [] { throw Error("libvirt", "no", "never"); };
    CHECK_THROWS_WITH(run_trial(domain, never, fake.started()), "libvirt: no; never");
    CHECK(fake.log.empty());
}

TEST_CASE("a start of which nobody knows whether it succeeded stays armed", "[trial]") {
    Fake fake;
    TrialDomain domain = fake.domain();
    domain.start = [] { throw Error("libvirt", "does not answer", "wait"); };
    domain.runs = []() -> bool { throw Error("libvirt", "does not answer", "wait"); };
    CHECK(run_trial(domain, at_once, fake.started()) == TrialEnd::destroyed);
    CHECK(fake.log == "started shut_down destroy ");
}

TEST_CASE("a guest that libvirt does not end is ended all the same", "[trial]") {
    Fake fake;
    TrialDomain domain = fake.domain();
    domain.shut_down = [] { throw Error("libvirt", "does not answer", "wait"); };
    domain.destroy = domain.shut_down;
    CHECK(run_trial(domain, at_once, fake.started()) == TrialEnd::destroyed);
    siginfo_t info{};
    const Fd process = fake.guest.process();
    REQUIRE(::waitid(P_PIDFD, static_cast<id_t>(process.get()), &info, WEXITED | WNOWAIT) == 0);
    CHECK(info.si_status == SIGKILL);
}

TEST_CASE("without a process to watch libvirt's word counts", "[trial]") {
    Fake fake;
    TrialDomain domain = fake.domain();
    domain.process = [] { return Fd(); };
    CHECK(run_trial(domain, at_once, fake.started()) == TrialEnd::destroyed);
    fake.running = false;
    CHECK(run_trial(domain, never, fake.started()) == TrialEnd::by_itself);
}

TEST_CASE("QEMU is found by its command line", "[trial]") {
    const Tree tree;
    const std::string self = std::to_string(::getpid());
    tree.file("proc/" + self + "/cmdline", std::string("qemu\0-uuid\0", 11) + uuid + '\0');
    tree.file("proc/self/cmdline", std::string("qemu\0-uuid\0", 11) + uuid + '\0');
    CHECK(find_qemu(tree.roots.proc, uuid));
    CHECK_FALSE(find_qemu(tree.roots.proc, "21111111-2222-3333-4444-555555555555"));
    tree.file("proc/" + self + "/cmdline", "virsh start " + uuid);
    CHECK_FALSE(find_qemu(tree.roots.proc, uuid));
}

TEST_CASE("times of a trial", "[trial]") {
    using std::chrono::seconds;
    CHECK(parse_trial_time("90") == seconds(90));
    CHECK(parse_trial_time("90s") == seconds(90));
    CHECK(parse_trial_time("3min") == seconds(180));
    CHECK(parse_trial_time("3m") == seconds(180));
    CHECK(parse_trial_time("1h") == seconds(3600));
    CHECK(parse_trial_time("10") == seconds(10));
    for (const char* bad : {"", "9", "s", "-90", "90 s", "90x", "61min", "3601", "2h", "1.5min",
                            "99999999999999999999", "4294967296s"})
        CHECK_FALSE(parse_trial_time(bad));
}

TEST_CASE("a trial is a unit of the system's", "[trial]") {
    const Tree tree;
    const Deadline soon(std::chrono::seconds(60));
    const Fd answer(::dup(STDERR_FILENO));
    Systemd systemd{tree.roots.run / "log"};
    const auto bus = [&] { return Bus::of_system(tree.roots, soon); };
    SECTION("it is started") {
        const MessageBus message_bus(tree.roots.run / "dbus/system_bus_socket");
        const Service service(bus, "org.freedesktop.systemd1", systemd);
        start_trial(tree.roots, {uuid, "win 11", "test:///default"}, answer, soon);
        CHECK(read_file(systemd.log) ==
              "StartTransientUnit gpu-handoff-trial-" + uuid + ".service " +
                  (tree.roots.usr / "libexec/gpu-handoff/trial ").string() + uuid +
                  " 180 test:///default\n");
    }
    SECTION("once for a domain") {
        systemd.exists = true;
        const MessageBus message_bus(tree.roots.run / "dbus/system_bus_socket");
        const Service service(bus, "org.freedesktop.systemd1", systemd);
        CHECK_THROWS_WITH(
            start_trial(tree.roots, {uuid, "win 11", "test:///default"}, answer, soon),
            "domain 'win 11': is on trial already; gpu-handoff keep lets it run on");
    }
    SECTION("it is found by whoever wants to keep the domain") {
        const MessageBus message_bus(tree.roots.run / "dbus/system_bus_socket");
        const Service service(bus, "org.freedesktop.systemd1", systemd);
        CHECK(trials(tree.roots, soon) ==
              std::vector<Trial>{{uuid, "win 11", "gpu-handoff-trial-" + uuid + ".service"}});
    }
}
