// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/units.hpp"
#include "tests/unit/at_deadline.hpp"
#include "tests/unit/bound_socket.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/unit_host.hpp"

#include <optional>

using namespace handoff;
using namespace unit_host;

namespace {

const std::string user_unit = "user@" + std::to_string(::geteuid()) + ":" + unit;

/// Whether such a message comes before the connection ends.
bool wait_for_message(const Bus& bus, const std::function<bool(const Message&)>& wanted) {
    for (;;) {
        sd_bus_message* got = nullptr;
        const int result = sd_bus_process(bus.get(), &got);
        const Message message(got);
        if (message && wanted(message))
            return true;
        if (result < 0 || (result == 0 && sd_bus_wait(bus.get(), UINT64_MAX) < 0))
            return false;
    }
}

} // namespace

TEST_CASE("a user's unit is the user's manager's business") {
    const Host host(with({}), Host::Whose::user);
    CHECK(unit_state(host.roots(), user_unit, soon()) == "active");
    stop_unit(host.roots(), user_unit, soon());
    CHECK(unit_state(host.roots(), user_unit, soon()) == "inactive");
    start_unit(host.roots(), user_unit, soon());
    CHECK(unit_state(host.roots(), user_unit, soon()) == "active");
    CHECK(host.log() == "StopUnit test.service\nStartUnit test.service\n");
}

TEST_CASE("the errors about a user's unit are ours too") {
    FakeUnit fake;
    fake.stopped = {{"deactivating", "stop-sigterm", true}};
    const Host host(with(fake), Host::Whose::user);
    const std::string expected = user_unit +
                                 ": does not stop in time (stop-sigterm); "
                                 "raise timeout_s, or see systemctl --user status test.service";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              stop_unit(host.roots(), user_unit, deadline);
          }) == expected);
}

TEST_CASE("the units of a user without a manager do not run, and cannot") {
    const Tree tree;
    std::optional<MessageBus> bus;
    SECTION("nor a bus") {}
    SECTION("but with a bus") {
        bus.emplace(tree.roots.run / "user" / std::to_string(::geteuid()) / "bus");
    }
    CHECK(unit_state(tree.roots, user_unit, soon()) == "inactive");
    CHECK_NOTHROW(stop_unit(tree.roots, user_unit, soon()));
    CHECK_THROWS_WITH(start_unit(tree.roots, user_unit, soon()),
                      user_unit + ": the user's systemd does not run (logged out?); log in again");
}

TEST_CASE("a user's manager that has not come to its bus yet is waited for") {
    const Tree tree;
    const std::string runtime = "run/user/" + std::to_string(::geteuid());
    tree.file(runtime + "/systemd/private", "");
    const MessageBus bus(tree.roots.run / "user" / std::to_string(::geteuid()) / "bus");
    const Process late([&](int ready) {
        const Bus watcher = Bus::of_user(tree.roots, ::geteuid(), soon());
        watcher.call(
            soon(),
            {"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Monitoring"},
            "BecomeMonitor", "asu", 0, 0);
        if (::write(ready, "y", 1) != 1)
            return;
        // Whoever has asked in vain has seen that nobody is there.
        const auto asked_in_vain = [](const Message& message) {
            return sd_bus_message_is_method_error(message.get(), nullptr) > 0;
        };
        if (!wait_for_message(watcher, asked_in_vain))
            return;
        const Bus own = Bus::of_user(tree.roots, ::geteuid(), soon());
        serve(own, "org.freedesktop.systemd1", ready, with({}));
    });
    CHECK(unit_state(tree.roots, user_unit, soon()) == "active");
}

TEST_CASE("a user's bus that ends while it is connected to is a manager that ends") {
    const Tree tree;
    const std::filesystem::path path =
        tree.roots.run / "user" / std::to_string(::geteuid()) / "bus";
    const Process ending([&](int ready) {
        const Fd bound = bound_socket(path);
        if (::listen(bound.get(), 5) != 0 || ::write(ready, "y", 1) != 1)
            return;
        const Fd got(::accept4(bound.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::filesystem::remove(path);
    });
    CHECK(unit_state(tree.roots, user_unit, soon()) == "inactive");
}

TEST_CASE("a user's manager that ends while its unit is stopped has stopped it") {
    const Tree tree;
    const MessageBus bus(tree.roots.run / "user" / std::to_string(::geteuid()) / "bus");
    FakeSystemd systemd = with({});
    systemd.log = tree.roots.run / "log";
    systemd.before_stop = [&] {
        ::kill(bus.pid(), SIGKILL);
        ::pause();
    };
    const Service service([&] { return Bus::of_user(tree.roots, ::geteuid(), soon()); },
                          "org.freedesktop.systemd1", systemd);
    CHECK_NOTHROW(stop_unit(tree.roots, user_unit, soon()));
    CHECK(read_file(systemd.log) == "StopUnit test.service\n");
}
