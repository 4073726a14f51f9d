// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/bus.hpp"

#include "tests/unit/at_deadline.hpp"
#include "tests/unit/bound_socket.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/fifo.hpp"
#include "tests/unit/message_bus.hpp"
#include "tests/unit/tree.hpp"

#include <sys/socket.h>

using namespace handoff;

namespace {

Deadline soon() {
    return Deadline(std::chrono::seconds(60));
}

std::filesystem::path socket_of(const Tree& tree) {
    return tree.roots.run / "dbus/system_bus_socket";
}

} // namespace

TEST_CASE("a bus that is not there is named") {
    const Tree tree;
    const std::string path = socket_of(tree).string();
    CHECK_THROWS_WITH(Bus::of_system(tree.roots, soon()),
                      "system bus: " + path +
                          " is not there; "
                          "gpu-handoff needs systemd, its logind and D-Bus");
    const Fd nobody = bound_socket(path);
    CHECK_THROWS_WITH(Bus::of_system(tree.roots, soon()),
                      "system bus: nobody listens at " + path +
                          "; gpu-handoff needs systemd, its logind and D-Bus");
}

TEST_CASE("a bus that accepts and is silent is an error at the deadline") {
    const Tree tree;
    const Fd silent = bound_socket(socket_of(tree));
    REQUIRE(::listen(silent.get(), 5) == 0);
    const std::string expected =
        "system bus: does not answer in time; see that its message bus runs";
    CHECK(error_at_deadline(expected, [&](const Deadline& deadline) {
              Bus::of_system(tree.roots, deadline);
          }) == expected);
}

TEST_CASE("a bus may lie at any path") {
    Tree tree;
    tree.roots.run /= "a b;c,d%41=é'";
    const MessageBus bus(socket_of(tree));
    CHECK_NOTHROW(Bus::of_system(tree.roots, soon()));
}

TEST_CASE("an answer of another form is an error") {
    const Tree tree;
    const MessageBus message_bus(socket_of(tree));
    const std::string name = "org.example.Test";
    const Service service([&] { return Bus::of_system(tree.roots, soon()); }, name,
                          [](const Call& call) { call.answer("v", "u", 5); });
    const Bus bus = Bus::of_system(tree.roots, soon());
    const Object object{name.c_str(), "/", "org.example.Test"};
    CHECK_THROWS_AS(bus.property(soon(), object, "Text"), Error);
    CHECK_THROWS_AS(bus.properties(soon(), object), Error);
    const Message answer = bus.call(soon(), object, "Get");
    CHECK_THROWS_AS(answer.enter('a', "s"), Error);
}

TEST_CASE("a service that leaves the bus while it is waited for is waited for") {
    const Tree tree;
    const MessageBus message_bus(socket_of(tree));
    const Fifo gone;
    const std::string name = "org.example.Test";
    const Service service([&] { return Bus::of_system(tree.roots, soon()); }, name,
                          [&](const Call& call) {
                              if (call.method() == "Second")
                                  return call.answer("b", 1);
                              sd_bus_release_name(call.bus().get(), name.c_str());
                              call.answer("b", 0);
                              const Fd gate(::open(gone.path().c_str(), O_RDWR));
                              char byte = 0;
                              [[maybe_unused]] const ssize_t n = ::read(gate.get(), &byte, 1);
                              sd_bus_request_name(call.bus().get(), name.c_str(), 0);
                          });
    const Bus bus = Bus::of_system(tree.roots, soon());
    const Object object{name.c_str(), "/", "org.example.Test"};
    bus.listen(soon(), object.service, "member='Never'");
    const char* method = "First";
    int absent = 0;
    const auto so = [&] {
        try {
            int answer = 0;
            bus.call(soon(), object, std::exchange(method, "Second")).read("b", &answer);
            return answer != 0;
        } catch (const BusError& error) {
            CHECK(error.why() == BusError::Why::absent);
            if (++absent == 1)
                write_text(gone.path(), "x");
            throw;
        }
    };
    CHECK(bus.wait_until(so, soon()));
    CHECK(absent > 0); // once more if the news of its leaving is later than that
}
