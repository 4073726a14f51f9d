// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/host.hpp"
#include "libhandoff/transaction.hpp"

#include <map>
#include <string>
#include <utility>

/// Stands for kill -9: no std::exception, so that nothing in the engine catches it.
struct Killed {};

/// `fails_late` is an error after the change was made, or after half of it: a driver has let go of
/// its function, and the other one did not take it.
enum class Fault { none, fails, fails_late, gets_stuck, dies_before, dies_after };

/// A machine in memory with the couplings of the real one that matter for the order of steps:
/// unloading a module takes its driver from the functions, loading it binds those whose override
/// names it, and binding to a driver that is not there does nothing.
class FakeHost : public handoff::Host {
public:
    using Kind = handoff::Kind;
    using State = std::map<std::pair<Kind, std::string>, std::string>;

    explicit FakeHost(State state) : now(std::move(state)) {}

    std::string state(Kind kind, const std::string& subject) override {
        return now.at({kind, subject});
    }

    bool set(Kind kind, const std::string& subject, const std::string& wanted,
             const handoff::Deadline& deadline) override {
        if (deadline.left().count() == 0)
            throw handoff::Error(subject, "no time is left", "nothing to do");
        const bool faulty = changes++ == fault_at || subject == always_failing;
        if (faulty && fault == Fault::dies_before)
            throw Killed();
        if (faulty && fault == Fault::fails)
            throw handoff::Error(subject, "fails", "nothing to do");
        if (faulty && fault == Fault::gets_stuck)
            throw handoff::StuckFunction({subject, {1, "1"}}, "stuck");
        const State before = now;
        apply(kind, subject, wanted);
        if (faulty && fault == Fault::fails_late) {
            if (kind == Kind::driver)
                now[{kind, subject}] = "none";
            throw handoff::Error(subject, "fails late", "nothing to do");
        }
        if (faulty && fault == Fault::dies_after)
            throw Killed();
        return now != before;
    }

    State now;
    int changes = 0;   ///< calls of set() so far
    int fault_at = -1; ///< the call that the fault strikes
    Fault fault = Fault::none;
    std::string always_failing; ///< a subject that the fault strikes every time

private:
    void apply(Kind kind, const std::string& subject, const std::string& wanted) {
        if (kind == Kind::driver) {
            now[{Kind::attribute, subject + "/driver_override"}] = wanted;
            const auto module = now.find({Kind::module, wanted});
            const bool there = module == now.end() || module->second != "unloaded";
            now[{kind, subject}] = there ? wanted : "none";
            return;
        }
        now[{kind, subject}] = wanted;
        if (kind != Kind::module)
            return;
        for (auto& [key, value] : now) {
            if (key.first != Kind::driver)
                continue;
            if (wanted == "unloaded" && value == subject)
                value = "none";
            if (wanted != "unloaded" && value == "none" &&
                now[{Kind::attribute, key.second + "/driver_override"}] == subject)
                value = subject;
        }
    }
};
