// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/unit/fake_systemd.hpp"
#include "tests/unit/tree.hpp"

#include <chrono>
#include <deque>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>

/// Fake units, and the host on which they run.
namespace unit_host {

/// The unit that most tests are about.
inline const std::string unit = "test.service";

inline handoff::Deadline soon() {
    return handoff::Deadline(std::chrono::seconds(60));
}

/// A host with a systemd on a bus, the system's or our own user's.
class Host {
public:
    enum class Whose { system, user };

    explicit Host(FakeSystemd systemd, Whose whose = Whose::system)
        : whose_(whose), bus_(prepared(systemd)),
          systemd_(
              [this] {
                  return whose_ == Whose::system
                             ? handoff::Bus::of_system(roots(), soon())
                             : handoff::Bus::of_user(roots(), ::geteuid(), soon());
              },
              "org.freedesktop.systemd1", systemd) {}

    [[nodiscard]] const handoff::Roots& roots() const { return tree_.roots; }
    /// What systemd was asked to do.
    [[nodiscard]] std::string log() const {
        return handoff::read_file(tree_.roots.run / "log").value_or("");
    }

private:
    /// Gives the fake the log's place before it runs.
    std::filesystem::path prepared(FakeSystemd& systemd) const {
        systemd.log = tree_.roots.run / "log";
        return whose_ == Whose::system
                   ? tree_.roots.run / "dbus/system_bus_socket"
                   : tree_.roots.run / "user" / std::to_string(::geteuid()) / "bus";
    }

    Tree tree_;
    Whose whose_;
    MessageBus bus_;
    Service systemd_;
};

inline FakeSystemd with(FakeUnit fake) {
    FakeSystemd systemd;
    systemd.units[unit] = std::move(fake);
    return systemd;
}

inline FakeUnit in(std::deque<Phase> phases) {
    FakeUnit fake;
    fake.phases = std::move(phases);
    return fake;
}

} // namespace unit_host
