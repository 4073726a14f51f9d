// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/gate.hpp"

#include "tests/unit/at_deadline.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/child.hpp"
#include "tests/unit/process.hpp"
#include "tests/unit/terminal.hpp"

#include <sched.h>
#include <thread>
#include <vector>

using namespace handoff;

namespace {

// The machine that runs the tests may have processes that nobody may look at.
constexpr Effort skipping{.unreadable = Unreadable::is_skipped};

Deadline soon() {
    return Deadline(std::chrono::seconds(60));
}

/// A process that has the terminal open.
Child holder_of(const Terminal& terminal) {
    return Child([&] { return open_node(terminal.path).release() >= 0; });
}

/// A process that opens the terminal again and again.
Process opener_of(const Terminal& terminal, std::size_t processor) {
    return Process([&](int ready) {
        cpu_set_t one{};
        CPU_SET(processor, &one);
        if (::sched_setaffinity(0, sizeof one, &one) != 0 || ::write(ready, "y", 1) != 1)
            return;
        // Not so fast that inotify's queue overflows, which would speak of every node.
        for (;; ::usleep(1000))
            open_node(terminal.path);
    });
}

/// One on every processor: one alone may stand still while somebody on another looks twice.
std::vector<Process> openers_of(const Terminal& terminal) {
    cpu_set_t ours{};
    REQUIRE(::sched_getaffinity(0, sizeof ours, &ours) == 0);
    std::vector<Process> openers;
    for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor)
        if (CPU_ISSET(processor, &ours))
            openers.push_back(opener_of(terminal, processor));
    return openers;
}

} // namespace

TEST_CASE("a node that nobody has is free", "[gate]") {
    const Terminal terminal;
    HolderGate gate(skipping);
    CHECK(gate.look({node_at(terminal.path)}, soon()).empty());
    CHECK_NOTHROW(gate.require_free({"0000:01:00.0", {node_at(terminal.path)}}, soon()));
    CHECK_NOTHROW(gate.require_free({"0000:01:00.1", {}}, soon()));
}

TEST_CASE("a holder is waited for, and told at the deadline", "[gate]") {
    const Terminal terminal;
    const Child child = holder_of(terminal);
    HolderGate gate(skipping);
    const Guarded guarded{"0000:01:00.0", {node_at(terminal.path)}};
    REQUIRE(gate.look(guarded.nodes, soon()).size() == 1);
    SECTION("it stays") {
        try {
            gate.require_free(guarded, Deadline(std::chrono::milliseconds(300)));
            FAIL("not refused");
        } catch (const Held& held) {
            REQUIRE(held.holders().size() == 1);
            CHECK(held.holders().front().pid == child.pid());
            CHECK_THAT(held.what(), Catch::Matchers::StartsWith("0000:01:00.0: "));
        }
    }
    SECTION("it ends") {
        std::thread end([&] { ::kill(child.pid(), SIGKILL); });
        CHECK_NOTHROW(gate.require_free(guarded, soon()));
        end.join();
    }
}

TEST_CASE("a node that cannot be watched refuses a handoff, and no return", "[gate]") {
    const Terminal terminal;
    const Node node{node_at(terminal.path).device, terminal.path + "/no-directory"};
    const Guarded guarded{"0000:01:00.0", {node}};
    CHECK_THROWS_AS(HolderGate(skipping).require_free(guarded, soon()), std::system_error);
    HolderGate back(skipping, Events::wished);
    CHECK_NOTHROW(back.require_free(guarded, soon()));
    const Child child = holder_of(terminal);
    const std::string held = "close it and start again";
    CHECK_THAT(error_at_deadline(
                   held, [&](const Deadline& deadline) { back.require_free(guarded, deadline); }),
               contains(held));
}

TEST_CASE("a close is an event", "[gate]") {
    const Terminal terminal;
    const Child child([&] {
        static int node = -1;
        node = open_node(terminal.path).release();
        return std::signal(SIGUSR1, [](int) { ::close(node); }) != SIG_ERR && node >= 0;
    });
    HolderGate gate(skipping);
    const Guarded guarded{"0000:01:00.0", {node_at(terminal.path)}};
    REQUIRE(gate.look(guarded.nodes, soon()).size() == 1);
    std::thread close([&] { ::kill(child.pid(), SIGUSR1); });
    CHECK_NOTHROW(gate.wait_until_free(guarded, soon()));
    close.join();
}

TEST_CASE("a node that is opened again and again is never free, and others are", "[gate]") {
    const Terminal terminal;
    const Terminal other;
    const std::vector<Process> openers = openers_of(terminal);
    HolderGate gate(skipping);
    CHECK_THROWS_AS(gate.require_free({"0000:01:00.0", {node_at(terminal.path)}},
                                      Deadline(std::chrono::seconds(2))),
                    Error);
    CHECK_NOTHROW(gate.require_free({"0000:01:00.1", {node_at(other.path)}}, soon()));
}
