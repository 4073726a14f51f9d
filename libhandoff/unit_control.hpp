// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/bus.hpp"
#include "libhandoff/deadline.hpp"

#include <functional>
#include <string>

namespace handoff {

constexpr const char* systemd_service = "org.freedesktop.systemd1";

/// systemd's manager, on whichever bus.
const Object& systemd_manager();

/// One unit of the manager that is on the bus. For what the calls do and wait for see units.hpp.
class UnitControl {
public:
    /// `called` is the unit's name for people.
    UnitControl(const Bus& bus, std::string name, std::string called, const Deadline& deadline)
        : bus_(bus), deadline_(deadline), name_(std::move(name)), called_(std::move(called)) {}

    std::string state();
    /// Whether it is active at this moment; does not wait.
    bool is_active();
    std::string id();
    void stop();
    /// Returns whether there was anything to do.
    bool start();

private:
    /// What systemd says of the unit.
    struct Unit {
        std::string id;
        std::string load;   ///< "loaded", "not-found", "masked", ...
        std::string active; ///< "active", "deactivating", ...
        std::string sub;    ///< in more detail: "stop-sigterm"
        std::string path;
        std::string job; ///< path of the job that is queued or runs; "/" without

        [[nodiscard]] bool ended() const { return active == "inactive" || active == "failed"; }
        /// Does not change, nor is about to.
        [[nodiscard]] bool settled() const { return job == "/" && (active == "active" || ended()); }
        /// Has failed, and systemd lets some time pass before it starts it again.
        [[nodiscard]] bool between_tries() const {
            return job == "/" && sub.starts_with("auto-restart");
        }
    };

    void look();
    void listen();
    void wait(const std::function<bool()>& so, const std::string& wrong);
    bool queue(const char* method, const std::string& what);
    void try_to_start(bool again);
    void reset();
    void note(const Message& signal);
    [[noreturn]] void fail(const std::string& wrong, const std::string& remedy = {}) const;

    const Bus& bus_;
    Deadline deadline_;
    std::string name_;
    std::string called_;
    Unit unit_;
    std::string job_;    ///< path of the last one that we queued
    std::string result_; ///< what became of it: "done", "failed", "timeout", "dependency", ...
    bool listening_ = false;
};

} // namespace handoff
