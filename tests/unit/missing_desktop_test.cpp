// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/missing_desktop.hpp"

#include "libhandoff/display_manager.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fake_logind.hpp"
#include "tests/unit/unit_host.hpp"

using namespace handoff;
using namespace unit_host;

namespace {

const Step session{Kind::session, "2", "active", "ended"};
const Step helper{Kind::unit, "ollama.service", "active", "inactive"};
const Step card{Kind::driver, "0000:01:00.0", "amdgpu", "vfio-pci"};

Step unit_step(const std::string& name) {
    return {Kind::unit, name, "active", "inactive"};
}

/// A handoff with these steps has been returned, but for those that are left.
bool is_without(const std::vector<Session>& sessions, const Plan& steps, const Plan& left) {
    FakeSystemd systemd;
    systemd.units[display_manager_alias].id = "lightdm.service";
    const Host host(systemd);
    FakeLogind fake;
    fake.sessions = sessions;
    const Service logind([&] { return Bus::of_system(host.roots(), soon()); },
                         "org.freedesktop.login1", fake);
    Record record;
    record.domain = "win11";
    record.uuid = "11111111-2222-3333-4444-555555555555";
    std::filesystem::create_directories(host.roots().journals());
    Journal::create(host.roots().journals(), record).append(left);
    record.steps = steps;
    return is_without_desktop(host.roots(), record);
}

const Session desktop{.id = "3", .uid = 1000, .user = "ann", .seat = "seat0", .type = "wayland"};

} // namespace

TEST_CASE("who had a desktop and waits for it has none", "[recovery]") {
    const Step maker = unit_step(GENERATE("lightdm.service", "getty@tty1.service"));
    CHECK(is_without({}, {maker, session, card}, {maker}));
    CHECK(is_without({}, {maker, session, card}, {card}));
    CHECK_FALSE(is_without({desktop}, {maker, session, card}, {card}));
    CHECK_FALSE(is_without({}, {maker, helper, session, card}, {helper})); // it is on its way
    CHECK_FALSE(is_without({}, {helper, card}, {helper, card}));           // there was none
}

TEST_CASE("without a known maker of desktops any service may be it", "[recovery]") {
    const Step cage = unit_step("cage@tty1.service");
    CHECK(is_without({}, {cage, session, card}, {cage}));
    CHECK_FALSE(is_without({desktop}, {cage, session, card}, {cage}));
}
