// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/units.hpp"

#include "libhandoff/host/subjects.hpp"
#include "tests/unit/at_deadline.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/unit_host.hpp"

using namespace handoff;
using namespace unit_host;

namespace {

const Phase active{"active", "running"};
const Phase inactive{"inactive", "dead"};
const Phase failed{"failed", "failed", false, "failed"};
const Phase starting{"activating", "start-pre", true};
const Phase stopping{"deactivating", "stop-sigterm", true};

/// As a step of a plan.
bool set(const Host& host, const std::string& state, const Deadline& deadline) {
    HostContext context{host.roots(), HolderGate(), {}};
    return set_unit(context, unit, state, deadline);
}

} // namespace

TEST_CASE("a unit is active or inactive, whatever systemd has between the two") {
    CHECK(unit_state(Host(with(in({active}))).roots(), unit, soon()) == "active");
    CHECK(unit_state(Host(with(in({inactive}))).roots(), unit, soon()) == "inactive");
    CHECK(unit_state(Host(with(in({failed}))).roots(), unit, soon()) == "inactive");
    CHECK(unit_state(Host({}).roots(), unit, soon()) == "inactive");
}

TEST_CASE("the state of a unit that changes or has a job is known when that is over") {
    const auto state = [](std::deque<Phase> phases) {
        return unit_state(Host(with(in(std::move(phases)))).roots(), unit, soon());
    };
    CHECK(state({starting, {"activating", "start", true}, active}) == "active");
    CHECK(state({{"deactivating", "stop-sigterm"}, inactive}) == "inactive");
    CHECK(state({{"reloading", "reload"}, active}) == "active");
    CHECK(state({{"refreshing", "refresh"}, active}) == "active");
    CHECK(state({{"inactive", "dead", true}, starting, active}) == "active");
    CHECK(state({{"active", "running", true}, inactive}) == "inactive");
}

TEST_CASE("the state of a unit that hangs is an error at the deadline") {
    const Host host(with(in({{"reloading", "reload-notify"}})));
    const std::string expected = "test.service: is busy for too long (reload-notify); "
                                 "raise timeout_s, or see systemctl status test.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              unit_state(host.roots(), unit, deadline);
          }) == expected);
}

TEST_CASE("a unit is stopped to its end") {
    const Host host(with({}));
    stop_unit(host.roots(), unit, soon());
    CHECK(host.log() == "StopUnit test.service\n");
    CHECK(unit_state(host.roots(), unit, soon()) == "inactive");
}

TEST_CASE("a unit that systemd could not start again is known") {
    const Host host(with({}));
    const std::filesystem::path transient = host.roots().run / "systemd/transient";
    std::filesystem::create_directories(transient);
    std::ofstream(transient / unit) << "[Service]\n";
    CHECK(is_transient(host.roots(), unit));
    CHECK_FALSE(is_transient(host.roots(), "other.service"));
    CHECK_FALSE(is_transient(host.roots(), "user@1000:test.service"));
}

TEST_CASE("what does not run is not stopped") {
    const Host host(with(in({failed})));
    stop_unit(host.roots(), unit, soon());
    stop_unit(host.roots(), "unknown.service", soon());
    CHECK(host.log().empty());
}

TEST_CASE("a start that is under way is stopped too") {
    const Host host(with(in({{"inactive", "dead", true}})));
    stop_unit(host.roots(), unit, soon());
    CHECK(host.log() == "StopUnit test.service\n");
}

TEST_CASE("a unit that disappears has stopped") {
    SECTION("by itself, before it is told to") {
        FakeUnit fake;
        fake.refusal = "org.freedesktop.systemd1.NoSuchUnit";
        fake.phases = {active, inactive};
        const Host host(with(fake));
        CHECK_NOTHROW(stop_unit(host.roots(), unit, soon()));
    }
    SECTION("when it has stopped") {
        FakeUnit fake;
        fake.vanishes = true;
        const Host host(with(fake));
        CHECK_NOTHROW(stop_unit(host.roots(), unit, soon()));
        CHECK(unit_id(host.roots(), unit, soon()).empty());
    }
}

TEST_CASE("a unit that hangs in its stop is an error that tells where") {
    FakeUnit fake;
    fake.stopped = {{"deactivating", "stop-sigterm", true}};
    const Host host(with(fake));
    const std::string expected = "test.service: does not stop in time (stop-sigterm); "
                                 "raise timeout_s, or see systemctl status test.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              stop_unit(host.roots(), unit, deadline);
          }) == expected);
}

TEST_CASE("a unit that somebody starts again has not been stopped") {
    FakeUnit fake;
    fake.stopped = {{"deactivating", "stop-sigterm", true}, starting, active};
    const Host host(with(fake));
    CHECK_THROWS_WITH(stop_unit(host.roots(), unit, soon()),
                      "test.service: was stopped, and something has started it again; "
                      "see systemctl status test.service");
}

TEST_CASE("a refusal of systemd comes with its reason") {
    FakeUnit fake = in({inactive});
    fake.refusal = "org.freedesktop.systemd1.UnitMasked";
    const Host host(with(fake));
    CHECK_THROWS_WITH(start_unit(host.roots(), unit, soon()),
                      "test.service: cannot be started: Unit is masked; "
                      "see systemctl status test.service");
    CHECK_THROWS_WITH(start_unit(host.roots(), "unknown.service", soon()),
                      "unknown.service: there is no such unit; "
                      "see systemctl status unknown.service");
}

TEST_CASE("a unit is started to the end of its job") {
    const Host host(with(in({inactive})));
    start_unit(host.roots(), unit, soon());
    CHECK(host.log() == "StartUnit test.service\n");
    CHECK(unit_state(host.roots(), unit, soon()) == "active");
}

TEST_CASE("what runs, or is being started, is not started") {
    const Host host(with(in({starting, active})));
    start_unit(host.roots(), unit, soon());
    CHECK(host.log().empty());
}

TEST_CASE("a unit that is still being stopped is started after that") {
    FakeUnit fake = in({stopping});
    fake.started = {{stopping, {"inactive", "dead", true}, starting, active}};
    const Host host(with(fake));
    CHECK(set(host, "active", soon()));
    CHECK(host.log() == "StartUnit test.service\n");
    CHECK_FALSE(set(host, "active", soon()));
}

TEST_CASE("a unit that hangs in its stop is started after that, also when nobody waits any more") {
    FakeUnit fake = in({{"active", "running", true}, stopping});
    fake.started = {{stopping}};
    const Host host(with(fake));
    const std::string expected = "test.service: does not start in time (stop-sigterm); "
                                 "raise timeout_s, or see systemctl status test.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              set(host, "active", deadline);
          }) == expected);
    CHECK_THAT(host.log(), contains("StartUnit test.service\n"));
}

TEST_CASE("a unit that fails is started again, three times in all") {
    FakeUnit fake = in({inactive});
    fake.started = {{starting, failed}, {starting, failed}, {starting, active}};
    SECTION("the third time it works") {
        const Host host(with(fake));
        start_unit(host.roots(), unit, soon());
        CHECK(host.log() == "StartUnit test.service\nResetFailedUnit test.service\n"
                            "StartUnit test.service\nResetFailedUnit test.service\n"
                            "StartUnit test.service\n");
    }
    SECTION("it never works") {
        fake.started.pop_back();
        const Host host(with(fake));
        CHECK_THROWS_WITH(start_unit(host.roots(), unit, soon()),
                          "test.service: does not start in 3 tries (failed); "
                          "see systemctl status test.service");
    }
    SECTION("it cannot even try") {
        fake.started = {{starting, {"inactive", "dead", false, "dependency"}}};
        fake.collected = true;
        const Host host(with(fake));
        CHECK_THROWS_WITH(start_unit(host.roots(), unit, soon()),
                          "test.service: does not start in 3 tries (dependency); "
                          "see systemctl status test.service");
    }
    SECTION("it works, and is soon done with it") {
        fake.started = {{starting, inactive}};
        const Host host(with(fake));
        CHECK_THROWS_WITH(start_unit(host.roots(), unit, soon()),
                          "test.service: does not start in 3 tries (ends at once); "
                          "see systemctl status test.service");
    }
    SECTION("it had failed before") {
        fake.phases = {failed};
        fake.started = {{starting, active}};
        const Host host(with(fake));
        start_unit(host.roots(), unit, soon());
        CHECK(host.log() == "ResetFailedUnit test.service\nStartUnit test.service\n");
    }
}

TEST_CASE("a try of systemd's own is not waited for") {
    FakeUnit fake = in({{"activating", "auto-restart"}});
    fake.started = {{starting, {"activating", "auto-restart"}}, {starting, active}};
    const Host host(with(fake));
    start_unit(host.roots(), unit, soon());
    CHECK(host.log() == "ResetFailedUnit test.service\nRestartUnit test.service\n"
                        "ResetFailedUnit test.service\nRestartUnit test.service\n");
}

TEST_CASE("a start that hangs is an error at the deadline") {
    FakeUnit fake = in({inactive});
    fake.started = {{{"activating", "start-pre", true}}};
    const std::string expected = "test.service: does not start in time (start-pre); "
                                 "raise timeout_s, or see systemctl status test.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              start_unit(Host(with(fake)).roots(), unit, deadline);
          }) == expected);
}

TEST_CASE("an alias is known by its unit's name") {
    FakeSystemd systemd = with({});
    systemd.units["display-manager.service"].id = "lightdm.service";
    const Host host(systemd);
    CHECK(unit_id(host.roots(), "display-manager.service", soon()) == "lightdm.service");
    CHECK(unit_id(host.roots(), unit, soon()) == unit);
    CHECK(unit_id(host.roots(), "unknown.service", soon()).empty());
}

TEST_CASE("an invocation leads to its unit") {
    FakeSystemd systemd;
    systemd.invocations["0123456789abcdef"] = "/org/freedesktop/systemd1/unit/made_2eservice";
    systemd.invocations["0123456789abcdee"] = "/org/freedesktop/systemd1/unit/gone_2eservice";
    const Host host(systemd);
    const Bus bus = Bus::of_system(host.roots(), soon());
    const auto found = [&](const std::string& invocation) {
        return unit_of_invocation(bus, invocation, soon());
    };
    CHECK(found("30313233343536373839616263646566") == "made.service");
    CHECK(found("30313233343536373839616263646565").empty());
    CHECK(found("30313233343536373839616263646564").empty());
    CHECK(found("").empty());
    CHECK(found("3031323334353637383961626364656").empty());
    CHECK(found("3031323334353637383961626364656g").empty());
    CHECK(found("-1313233343536373839616263646566").empty());
}

TEST_CASE("the host shuts down when systemd says so") {
    FakeSystemd systemd;
    CHECK_FALSE(shutting_down(Host(systemd).roots(), soon()));
    systemd.state = "degraded";
    CHECK_FALSE(shutting_down(Host(systemd).roots(), soon()));
    systemd.state = "stopping";
    CHECK(shutting_down(Host(systemd).roots(), soon()));
}

TEST_CASE("a systemd that is not there, or never answers, is an error") {
    SECTION("no systemd") {
        const Tree tree;
        const MessageBus bus(tree.roots.run / "dbus/system_bus_socket");
        CHECK_THROWS_WITH(unit_state(tree.roots, unit, soon()),
                          "systemd: is not on the system bus; "
                          "gpu-handoff needs systemd, its logind and D-Bus");
    }
    SECTION("no answer") {
        FakeSystemd systemd;
        systemd.silent = true;
        const Host host(systemd);
        const std::string expected = "systemd: does not answer on the system bus; try again";
        CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
                  stop_unit(host.roots(), unit, deadline);
              }) == expected);
    }
}
