// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/machine.hpp"

#include "libhandoff/fd.hpp"
#include "libhandoff/transaction.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/reported.hpp"

#include <fcntl.h>
#include <sys/stat.h>

using namespace handoff;
using namespace reported;

namespace {

Machine probed(const Computer& computer, const std::vector<Holder>& holders) {
    return probe(
        computer.roots, parse_domain(win11(false, "").xml), {}, {},
        [&](const std::vector<Node>&, const Deadline&) { return holders; },
        Deadline(std::chrono::seconds(60)));
}

} // namespace

TEST_CASE("of the holders' units those that nothing could start again are known", "[machine]") {
    const Computer computer;
    computer.file("run/systemd/transient/run-r1.service", "[Service]\n");
    computer.file("run/user/1000/systemd/transient/app-x.scope", "[Scope]\n");
    const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
    std::vector<Holder> holders;
    for (const std::string& cgroup :
         {std::string("/system.slice/run-r1.service"), std::string("/system.slice/a.service"),
          manager + "/app.slice/app-x.scope", manager, std::string("/")}) {
        holders.emplace_back();
        holders.back().cgroup = cgroup;
    }
    CHECK(probed(computer, holders).desktop.transient ==
          std::set<std::string>{"run-r1.service", "user@1000:app-x.scope"});
}

TEST_CASE("a function whose configuration space cannot be read is the one that is named",
          "[machine]") {
    const Computer computer;
    const std::string config = computer.roots.function(audio) / "config";
    REQUIRE(::mkfifo(config.c_str(), 0600) == 0); // its open waits for a writer
    CHECK_THROWS_WITH(probed(computer, {}),
                      Catch::Matchers::StartsWith(audio + ": its driver is stuck"));
    const Fd writer(::open(config.c_str(), O_RDWR | O_CLOEXEC)); // ends those who wait
}
