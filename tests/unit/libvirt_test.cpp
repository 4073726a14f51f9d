// SPDX-License-Identifier: GPL-2.0-or-later
// Against libvirt's own test driver: test:///default has one running domain, "test".
#include "hook/libvirt.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

using namespace handoff;

namespace {

Deadline soon() {
    return Deadline(libvirt_patience);
}

} // namespace

TEST_CASE("libvirt's domains are known by name and uuid", "[libvirt]") {
    const Libvirt libvirt("test:///default");
    const std::vector<LibvirtDomain> domains = libvirt.domains(soon());
    REQUIRE(domains.size() == 1);
    CHECK(domains.front().name == "test");
    CHECK(domains.front().active);
    CHECK(domains.front().persistent);
    CHECK(domains.front().xml.find("<name>test</name>") != std::string::npos);
    CHECK(libvirt.find("test", soon()) == domains.front());
    CHECK(libvirt.find(domains.front().uuid, soon()) == domains.front());
}

TEST_CASE("an unknown domain is an error that offers what was meant", "[libvirt]") {
    const Libvirt libvirt("test:///default");
    CHECK_THROWS_WITH(libvirt.find("tset", soon()),
                      "domain tset: libvirt knows none of that name; did you mean test?");
    CHECK_THROWS_WITH(
        libvirt.find("windows", soon()),
        "domain windows: libvirt knows none of that name; virsh list --all names them");
}

TEST_CASE("libvirt's refusals and absence come in its own words", "[libvirt]") {
    const Libvirt libvirt("test:///default");
    const std::string uuid = libvirt.find("test", soon()).uuid;
    CHECK_NOTHROW(libvirt.destroy(uuid, soon()));
    CHECK_THROWS_WITH(libvirt.start(uuid, soon()), contains("already running"));
    CHECK_THROWS_AS(libvirt.define("<domain/>", soon()), Error);
    CHECK_THROWS_AS(Libvirt("qemu+unix:///system?socket=/nowhere").domains(soon()), Error);
}

TEST_CASE("the names nearest to what was typed come first", "[libvirt]") {
    const std::vector<std::string> names{"macos", "win10", "win11", "windows"};
    CHECK(nearest("win12", names) == std::vector<std::string>{"win10", "win11"});
    CHECK(nearest("macs", names) == std::vector<std::string>{"macos"});
    CHECK(nearest("debian", names).empty());
    CHECK(nearest("", names).empty());
}

TEST_CASE("of libvirt's error about a refused start the hook's line is left", "[libvirt]") {
    CHECK(refusal_of_hook(
              "libvirt: Hook script execution failed: internal error: Child process (LC_ALL=C "
              "/etc/libvirt/hooks/qemu win11 prepare begin -) unexpected exit status 1: "
              "gpu-handoff: 0000:01:00.0: the IOMMU is off; turn it on\n; see journalctl") ==
          "0000:01:00.0: the IOMMU is off; turn it on");
    CHECK(refusal_of_hook("libvirt: out of memory; see journalctl") ==
          "libvirt: out of memory; see journalctl");
    CHECK(refusal_of_hook("unexpected exit status 1: another hook") ==
          "unexpected exit status 1: another hook");
}
