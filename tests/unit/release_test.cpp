// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/handoff.hpp"

#include "libhandoff/history.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/journaled.hpp"
#include "tests/unit/process.hpp"

#include <array>
#include <functional>
#include <poll.h>
#include <sys/inotify.h>

using namespace handoff;
using namespace journaled;

namespace {

const std::string xml =
    "<domain type='kvm'><name>win11</name><uuid>" + uuid + "</uuid><devices/></domain>";

Plan power_of(const std::string& address) {
    return {{Kind::attribute, address + "/power/control", "auto", "on"}};
}

/// A host on which win11 has ended, and macos before it, of which somebody died.
struct Ended : Computer {
    Ended() : Computer(power_of(mine), false) {
        for (const std::string address : {mine, others})
            file("sys/bus/pci/devices/" + address + "/power/control", "on");
        add_journal("macos", other, power_of(others), true);
    }
    [[nodiscard]] std::string power(const std::string& address) const {
        return read_text(roots.function(address) / "power/control").value_or("");
    }
    [[nodiscard]] std::vector<std::string> history() const {
        std::vector<std::string> all;
        for (const Event& event : read_history(roots))
            all.push_back(event.domain + ": " + std::string(name_of(event.outcome)));
        return all;
    }

    static constexpr const char* mine = "0000:01:00.0";
    static constexpr const char* others = "0000:02:00.0";
};

/// Somebody who has the lock until a release waits for it, and before he lets go does something.
class Owner {
public:
    Owner(const Roots& roots, const std::function<void()>& act)
        : process_([&](int ready) {
              const Lock lock(roots, "somebody", Deadline(std::chrono::seconds(30)));
              const Fd watch(::inotify_init1(IN_CLOEXEC));
              const std::filesystem::path file = journal_file(roots.journals(), uuid);
              if (::inotify_add_watch(watch.get(), file.c_str(), IN_MODIFY) < 0 ||
                  ::write(ready, "y", 1) != 1)
                  return;
              std::array<char, 4096> event{}; // it comes with the line that says "returning"
              if (::read(watch.get(), event.data(), event.size()) > 0)
                  act();
          }) {}

private:
    Process process_;
};

} // namespace

TEST_CASE("a domain that has ended is given back, and what another one left behind", "[release]") {
    const Ended host;
    const Owner owner(host.roots, [] {});
    release(host.roots, xml);
    CHECK_FALSE(host.left());
    CHECK(host.power(Ended::mine) == "auto");
    CHECK(host.power(Ended::others) == "auto");
    CHECK(host.history() == std::vector<std::string>{"macos: recovered", "win11: given back"});
}

TEST_CASE("a release with little time waits for screens that are being switched", "[release]") {
    const Ended host;
    std::filesystem::remove(journal_file(host.roots.journals(), uuid));
    host.add_journal("win11", uuid, power_of(Ended::mine), false, std::chrono::seconds(0));
    // Far more than twice its time, which is what counts here.
    const Owner owner(host.roots, [] { ::poll(nullptr, 0, 200); });
    release(host.roots, xml);
    CHECK_FALSE(host.left());
    CHECK(host.power(Ended::mine) == "auto");
}

TEST_CASE("a release that waited while its domain was given back has no more to do", "[release]") {
    const Ended host;
    const Owner owner(host.roots,
                      [&] { std::filesystem::remove(journal_file(host.roots.journals(), uuid)); });
    release(host.roots, xml);
    CHECK_FALSE(host.left());
    CHECK(host.power(Ended::mine) == "on"); // whoever gave it back may have said so
    CHECK(host.history() == std::vector<std::string>{"macos: recovered"});
}

TEST_CASE("a release that waited until its domain had started anew leaves that alone",
          "[release]") {
    const Ended host;
    const Owner owner(host.roots, [&] {
        std::filesystem::remove(journal_file(host.roots.journals(), uuid));
        host.add_journal("win11", uuid, power_of(Ended::mine), false);
    });
    release(host.roots, xml);
    REQUIRE(host.left());
    CHECK_FALSE(host.left()->returning);
    CHECK(host.power(Ended::mine) == "on");
    CHECK(host.history().empty());
}
