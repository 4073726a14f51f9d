// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/recovery.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/journal.hpp"
#include "libhandoff/lock.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/journaled.hpp"

#include <fstream>

using namespace handoff;
using namespace journaled;

namespace {

const OnStep nobody = [](const Step&, const Spent&) {};

/// libvirt's notes of a domain that runs, as far as they are looked at.
std::string notes(const std::string& monitor, const std::string& of) {
    return "<domstatus state='running' pid='99'>" + monitor +
           "<domain type='kvm' id='1'><name>win11</name><uuid>" + of +
           "</uuid></domain></domstatus>";
}
const std::string monitor = "<monitor path='/var/lib/libvirt/qemu/x/monitor.sock' type='unix'/>";

const Step service{Kind::unit, "ollama.service", "active", "inactive"};

} // namespace

TEST_CASE("a service that does not start keeps no domain from starting, and stays wanted",
          "[recovery]") {
    const Computer host({service});
    CHECK(host.settle().empty());
    REQUIRE(host.left());
    CHECK(host.left()->steps == Plan{service});
}

TEST_CASE("what concerns a device, or is not understood, does", "[recovery]") {
    const Computer host(
        {service, {Kind::attribute, "0000:01:00.0/driver_override", "", "vfio-pci"}});
    CHECK_THROWS_AS(host.settle(), NotAllGivenBack);
    const Computer torn({service});
    std::ofstream(journal_file(torn.roots.journals(), uuid), std::ios::app) << "no such line\n";
    CHECK_THROWS_AS(torn.settle(), NotAllGivenBack);
    REQUIRE(torn.left());
    CHECK(torn.left()->bad_lines.size() == 1);
}

TEST_CASE("a domain whose end libvirt has yet to see is left to it", "[recovery]") {
    const std::string file = "run/libvirt/qemu/win11.xml";
    SECTION("it is") {
        const Computer host({}, false);
        host.file(file, notes(monitor, uuid));
        CHECK(recover(host.roots, std::nullopt, nobody).empty());
        CHECK(standing_journals(host.roots).front().live);
        CHECK(host.left());
        CHECK(recover(host.roots, "win11", nobody).size() == 1); // but for who asks for it
        CHECK_FALSE(host.left());
    }
    SECTION("not when its return has begun, or libvirt knows no monitor, or another domain runs") {
        const bool returning = GENERATE(true, false);
        const Computer host({}, returning);
        if (returning)
            host.file(file, notes(monitor, uuid));
        else
            host.file(file, GENERATE(notes("", uuid), notes(monitor, "another"),
                                     std::string("<domstatus"), std::string()));
        CHECK(recover(host.roots, std::nullopt, nobody).size() == 1);
        CHECK_FALSE(host.left());
    }
}

TEST_CASE("a change that comes back late is given back unless somebody will see to it",
          "[recovery]") {
    const std::string control = "0000:01:00.0/power/control";
    const Computer host({{Kind::attribute, control, "auto", "on"}}, false);
    host.file("sys/bus/pci/devices/" + control, "on");
    const bool live = GENERATE(true, false);
    if (live)
        host.file("run/libvirt/qemu/win11.xml", notes(monitor, uuid));
    Late late;
    {
        const Lock lock(host.roots, "test", Deadline(std::chrono::seconds(10)));
        late = give_back_late(host.roots, lock, uuid);
    }
    late.action();
    CHECK(host.left().has_value() == live);
    CHECK(read_text(host.roots.sys / "bus/pci/devices" / control) == (live ? "on" : "auto"));
}

TEST_CASE("a parameter that a module did not take is nothing to recover", "[recovery]") {
    const Computer host({{Kind::module, "odd", "loaded x=1", "unloaded"}});
    host.file("sys/module/odd/initstate", "live\n");
    host.folder("sys/module/odd/parameters/x"); // neither to be read nor to be written
    const std::vector<Recovered> all = recover(host.roots, std::nullopt, nobody);
    REQUIRE(all.size() == 1);
    CHECK(all.front().problems.empty());
    CHECK_FALSE(host.left());
}

TEST_CASE("a domain that ends while another one is recovered is given back after it",
          "[recovery]") {
    const std::string control = "0000:01:00.0/power/control";
    const std::string other_control = "0000:02:00.0/power/control";
    const Computer host({{Kind::attribute, control, "auto", "on"}});
    for (const std::string& file : {control, other_control})
        host.file("sys/bus/pci/devices/" + file, "on");
    host.add_journal("macos", other, {{Kind::attribute, other_control, "auto", "on"}}, false);
    host.file("run/libvirt/qemu/macos.xml", notes(monitor, other));
    const bool ends = GENERATE(true, false);
    const std::vector<Recovered> all = recover(host.roots, "win11", [&](const Step&, const Spent&) {
        if (ends)
            std::filesystem::remove(host.roots.run / "libvirt/qemu/macos.xml");
    });
    CHECK(all.size() == 1);
    CHECK_FALSE(host.left());
    CHECK(read_journal(host.roots.journals(), other).has_value() == !ends);
    CHECK(read_text(host.roots.sys / "bus/pci/devices" / other_control) == (ends ? "auto" : "on"));
}
