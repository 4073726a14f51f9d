// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/sessions.hpp"

#include "tests/unit/at_deadline.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fake_logind.hpp"
#include "tests/unit/fake_systemd.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

Deadline soon() {
    return Deadline(std::chrono::seconds(60));
}

/// A host with a logind on the system's bus.
struct Host {
    explicit Host(FakeLogind fake)
        : bus(tree.roots.run / "dbus/system_bus_socket"),
          logind([this] { return Bus::of_system(roots, soon()); }, "org.freedesktop.login1",
                 logged(std::move(fake))) {}

    [[nodiscard]] FakeLogind logged(FakeLogind fake) const {
        fake.log = tree.roots.run / "log";
        return fake;
    }
    [[nodiscard]] std::string log() const { return read_file(roots.run / "log").value_or(""); }

    Tree tree;
    const Roots& roots = tree.roots;
    MessageBus bus;
    Service logind;
};

const Session desktop{"2", 1000, "ann", "seat0", "tty7", "x11", "user", false, 1234, ""};
const Session ssh{"c5", 1001, "bob", "", "", "tty", "user", true, 99, ""};

FakeLogind with(std::vector<Session> sessions) {
    FakeLogind logind;
    logind.sessions = std::move(sessions);
    return logind;
}

FakeLogind with_seat(const std::string& seat, const std::string& answers) {
    FakeLogind logind;
    logind.seats[seat] = answers;
    return logind;
}

} // namespace

TEST_CASE("sessions are as logind has them") {
    CHECK(sessions(Host(with({})).roots, soon()).empty());
    const Host host(with({desktop, ssh}));
    CHECK(sessions(host.roots, soon()) == std::vector{desktop, ssh});
}

TEST_CASE("a session that ends while it is looked at is none") {
    FakeLogind logind = with({desktop, ssh});
    logind.vanished = desktop.id;
    CHECK(sessions(Host(logind).roots, soon()) == std::vector{ssh});
}

TEST_CASE("a session's origin is the unit that its leader was started in") {
    FakeSystemd systemd;
    systemd.invocations["0123456789abcdef"] = "/org/freedesktop/systemd1/unit/made_2eservice";
    const Host host(with({desktop, ssh}));
    const Service service([&] { return Bus::of_system(host.roots, soon()); },
                          "org.freedesktop.systemd1", systemd);
    using namespace std::string_literals;
    host.tree.file("proc/1234/environ",
                   "XINVOCATION_ID=00000000000000000000000000000000\0"
                   "INVOCATION_ID=30313233343536373839616263646566\0HOME=/\0"s);
    host.tree.file("proc/99/environ", "INVOCATION_ID=30313233343536373839616263646567\0"s);
    const std::vector<Session> all = sessions(host.roots, soon());
    REQUIRE(all.size() == 2);
    CHECK(all[0].origin == "made.service");
    CHECK(all[1].origin.empty());
}

TEST_CASE("a session's origin is its console's getty where the leader's environment is gone") {
    Session console = desktop;
    console.id = "3";
    console.tty = "tty1";
    FakeSystemd systemd;
    systemd.units["getty@tty1.service"] = {};
    systemd.units["getty@tty7.service"].phases = {{"inactive", "dead"}};
    const Host host(with({console, desktop, ssh}));
    const Service service([&] { return Bus::of_system(host.roots, soon()); },
                          "org.freedesktop.systemd1", systemd);
    const std::vector<Session> all = sessions(host.roots, soon());
    REQUIRE(all.size() == 3);
    CHECK(all[0].origin == "getty@tty1.service");
    CHECK(all[1].origin.empty());
    CHECK(all[2].origin.empty());
}

TEST_CASE("a shutdown is blocked by what may not be interrupted, and only by that") {
    FakeLogind logind;
    logind.inhibitors = {{"sleep", "NetworkManager", "a", "delay", 1},
                         {"shutdown", "Unattended Upgrades", "b", "delay", 2},
                         {"idle:shutdown:sleep", "apt", "upgrade", "block", 3},
                         {"shutdown", "an app", "c", "block-weak", 4},
                         {"sleep:handle-lid-switch", "PowerDevil", "d", "block", 5},
                         {"shutdown", "dpkg", "e", "block", 6}};
    const std::vector<Blocker> expected{{"apt", "upgrade", 3}, {"dpkg", "e", 6}};
    CHECK(shutdown_blockers(Host(logind).roots, soon()) == expected);
    CHECK(shutdown_blockers(Host({}).roots, soon()).empty());
}

TEST_CASE("a session lives until it closes") {
    const Host host(with({desktop, ssh}));
    CHECK(session_lives(host.roots, desktop.id, soon()));
    CHECK_FALSE(session_lives(host.roots, ssh.id, soon()));
    CHECK_FALSE(session_lives(host.roots, "77", soon()));
    FakeLogind logind = with({desktop});
    logind.vanished = desktop.id;
    CHECK_FALSE(session_lives(Host(logind).roots, desktop.id, soon()));
}

TEST_CASE("a session is ended until logind has removed it") {
    const Host host(with({desktop, ssh}));
    end_session(host.roots, desktop.id, soon());
    CHECK(host.log() == "TerminateSession 2\n");
    CHECK(sessions(host.roots, soon()) == std::vector{ssh});
    CHECK_NOTHROW(end_session(host.roots, desktop.id, soon()));
}

TEST_CASE("a session that does not end is an error at the deadline") {
    FakeLogind logind = with({desktop});
    logind.keeps = true;
    const Host host(logind);
    const std::string expected = "session 2: does not end in time; "
                                 "raise timeout_s (a program in it may take 90 s)";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              end_session(host.roots, desktop.id, deadline);
          }) == expected);
}

TEST_CASE("a seat is waited for until it is graphical") {
    const auto graphical = [](const FakeLogind& logind) {
        return wait_for_graphical_seat(Host(logind).roots, "seat0", soon());
    };
    CHECK(graphical(with_seat("seat0", "y")));
    CHECK(graphical(with_seat("seat0", "nny")));
    CHECK(graphical(with_seat("seat0", "-ny")));
    CHECK(wait_for_graphical_seat(Host(with_seat("seat-1.x", "ny")).roots, "seat-1.x", soon()));
}

TEST_CASE("a seat that does not become graphical is no error") {
    const auto graphical = [](const FakeLogind& logind) {
        const Host host(logind);
        return wait_for_graphical_seat(host.roots, "seat0",
                                       Deadline(std::chrono::milliseconds(200)));
    };
    CHECK_FALSE(graphical(with_seat("seat0", "n")));
    CHECK_FALSE(graphical(with_seat("seat1", "y")));
    FakeLogind silent;
    silent.silent = true;
    CHECK_FALSE(graphical(silent));
}

TEST_CASE("a logind that is not there, or never answers, is an error") {
    SECTION("no logind") {
        const Tree tree;
        const MessageBus bus(tree.roots.run / "dbus/system_bus_socket");
        CHECK_THROWS_WITH(sessions(tree.roots, soon()),
                          "logind: is not on the system bus; "
                          "gpu-handoff needs systemd, its logind and D-Bus");
        CHECK_FALSE(
            wait_for_graphical_seat(tree.roots, "seat0", Deadline(std::chrono::milliseconds(200))));
    }
    SECTION("no answer") {
        FakeLogind logind = with({desktop});
        logind.silent = true;
        const Host host(logind);
        const std::string expected = "logind: does not answer on the system bus; try again";
        const auto text = [&](const auto& call) {
            return error_at_deadline(expected,
                                     [&](const Deadline& deadline) { call(host.roots, deadline); });
        };
        CHECK(text([](auto& roots, auto& deadline) { sessions(roots, deadline); }) == expected);
        CHECK(text([](auto& roots, auto& deadline) { shutdown_blockers(roots, deadline); }) ==
              expected);
        CHECK(text([](auto& roots, auto& deadline) { end_session(roots, "2", deadline); }) ==
              expected);
        CHECK(text([](auto& roots, auto& deadline) { session_lives(roots, "2", deadline); }) ==
              expected);
    }
}
