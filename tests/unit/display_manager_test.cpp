// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/display_manager.hpp"

#include "libhandoff/host/subjects.hpp"
#include "tests/unit/at_deadline.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fake_logind.hpp"
#include "tests/unit/unit_host.hpp"

#include <deque>

using namespace handoff;
using namespace unit_host;

namespace {

const std::string lightdm = "lightdm.service";

FakeSystemd with_lightdm(FakeUnit fake) {
    FakeSystemd systemd;
    systemd.units[display_manager_alias].id = lightdm;
    systemd.units[lightdm] = std::move(fake);
    return systemd;
}

/// The host's logind, with a seat for desktops.
Service logind_on(const Host& host, std::vector<Session> sessions) {
    FakeLogind logind;
    logind.sessions = std::move(sessions);
    logind.seats["seat0"] = "y";
    return {[&] { return Bus::of_system(host.roots(), soon()); }, "org.freedesktop.login1", logind};
}

bool start(const Host& host, const Deadline& deadline) {
    HostContext context{host.roots(), HolderGate(), {}};
    return set_unit(context, lightdm, "active", deadline);
}

/// One that ends as soon as it has been found active, as a service does whose X server fails.
const std::deque<Phase> short_lived{
    {"activating", "start-pre", true}, {"active", "running"}, {"inactive", "dead"}};

const Session desktop{.id = "2", .uid = 1000, .user = "ann", .seat = "seat0", .type = "x11"};

} // namespace

TEST_CASE("a display manager that runs with its desktop is left alone") {
    const Host host(with_lightdm({}));
    const Service logind = logind_on(host, {desktop});
    CHECK_FALSE(start(host, soon()));
    CHECK(host.log().empty());
}

TEST_CASE("a display manager is started, and has a desktop") {
    const Host host(with_lightdm(in({{"inactive", "dead"}})));
    const Service logind = logind_on(host, {desktop});
    CHECK(start(host, soon()));
    CHECK(host.log() == "StartUnit lightdm.service\n");
}

TEST_CASE("a display manager that ends right after its start is started again, twice") {
    FakeUnit fake = in({{"inactive", "dead"}});
    const bool recovers = GENERATE(true, false);
    fake.started = {short_lived, short_lived};
    fake.started.push_back(recovers ? std::deque<Phase>{{"active", "running"}} : short_lived);
    const Host host(with_lightdm(fake));
    const Service logind = logind_on(host, {desktop});
    if (recovers)
        CHECK(start(host, soon()));
    else
        CHECK_THROWS_WITH(start(host, soon()), "lightdm.service: ends again right after its start; "
                                               "see systemctl status lightdm.service");
    const std::string once = "StartUnit lightdm.service\n";
    CHECK(host.log() == once + once + once);
}

TEST_CASE("a display manager that shows nothing is taken at its word when time is short") {
    const Host host(with_lightdm(in({{"inactive", "dead"}})));
    const Service logind = logind_on(host, {});
    CHECK(start(host, Deadline(std::chrono::seconds(4))));
    CHECK(host.log() == "StartUnit lightdm.service\n");
}

TEST_CASE("while logind is away there is no desktop, and that is no error") {
    const Host host(with_lightdm({}));
    CHECK_FALSE(has_desktop(host.roots(), soon()));
    CHECK_FALSE(has_session(host.roots(), soon()));
    const Service logind = logind_on(host, {desktop});
    CHECK(has_desktop(host.roots(), soon()));
    CHECK(has_session(host.roots(), soon()));
}

TEST_CASE("a display manager that hangs in its stop is started after that") {
    const Phase stopping{"deactivating", "stop-sigterm", true};
    FakeUnit fake = in({stopping});
    fake.started = {{stopping}};
    const Host host(with_lightdm(fake));
    const Service logind = logind_on(host, {});
    const std::string expected = "lightdm.service: does not start in time (stop-sigterm); "
                                 "raise timeout_s, or see systemctl status lightdm.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) { start(host, deadline); }) ==
          expected);
    CHECK_THAT(host.log(), contains("StartUnit lightdm.service\n"));
}
