// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/unit/message_bus.hpp"

#include <deque>
#include <fstream>
#include <map>
#include <string>
#include <vector>

/// What a unit is at one moment.
struct Phase {
    std::string active;
    std::string sub;
    bool job = false;            ///< one is queued or runs
    std::string result = "done"; ///< of the job that ends here
};

/// A unit goes to its next phase after somebody has looked at it: whoever looks again only after a
/// signal sees all of them.
struct FakeUnit {
    std::deque<Phase> phases{{"active", "running"}};
    std::deque<Phase> stopped{{"deactivating", "stop-sigterm", true}, {"inactive", "dead"}};
    /// What comes of the first start, the second, ...; of the last one for those after it.
    std::deque<std::deque<Phase>> started{
        {{"activating", "start-pre", true}, {"active", "running"}}};
    std::string id;         ///< its name if it is an alias
    std::string refusal;    ///< D-Bus's name of the error that a start or stop gives
    bool vanishes = false;  ///< systemd forgets it when it has stopped
    bool collected = false; ///< systemd forgets it between two starts
};

struct FakeSystemd {
    std::map<std::string, FakeUnit> units;
    std::string state = "running";
    std::map<std::string, std::string> invocations; ///< bytes to path
    bool silent = false;
    std::function<void()> before_stop;
    std::filesystem::path log; ///< what was asked for, one line each

    void operator()(const Call& call) {
        const std::string method = call.method();
        if (silent)
            return;
        if (method == "ListUnitsByNames")
            list(call);
        else if (method == "Get")
            get(call);
        else if (method == "GetUnitByInvocationID")
            invocation(call);
        else if (method == "Subscribe")
            call.answer();
        else
            change(call, method, call.text());
    }

private:
    static constexpr const char* manager_path = "/org/freedesktop/systemd1";
    static constexpr const char* manager_interface = "org.freedesktop.systemd1.Manager";
    int jobs_ = 0;

    static std::string path_of(const std::string& unit) {
        return handoff::encoded_path("/org/freedesktop/systemd1/unit", unit);
    }
    [[nodiscard]] std::string job_path() const {
        return std::string(manager_path) + "/job/" + std::to_string(jobs_);
    }

    void list(const Call& call) {
        std::string name;
        if (call.message().enter('a', "s"))
            name = call.text();
        const auto found = units.find(name);
        const bool known = found != units.end();
        const Phase now = known ? found->second.phases.front() : Phase{"inactive", "dead"};
        const std::string id = known && !found->second.id.empty() ? found->second.id : name;
        call.answer("a(ssssssouso)", 1, id.c_str(), "A unit", known ? "loaded" : "not-found",
                    now.active.c_str(), now.sub.c_str(), "", path_of(id).c_str(),
                    now.job ? jobs_ : 0, "", now.job ? job_path().c_str() : "/");
        if (known && found->second.phases.size() > 1)
            advance(call, found->first, found->second);
        if (known && found->second.vanishes && now.active == "inactive")
            units.erase(found);
    }

    void advance(const Call& call, const std::string& name, FakeUnit& unit) {
        const bool had_job = unit.phases.front().job;
        unit.phases.pop_front();
        const Phase& now = unit.phases.front();
        call.changed(path_of(name), "org.freedesktop.systemd1.Unit");
        if (had_job && !now.job)
            call.signal(manager_path, manager_interface, "JobRemoved", "uoss", jobs_,
                        job_path().c_str(), name.c_str(), now.result.c_str());
    }

    void get(const Call& call) const {
        call.message().skip("s"); // the interface
        const std::string property = call.text();
        if (property == "SystemState")
            call.answer("v", "s", state.c_str());
        else if (property == "Id" && call.path() == path_of("made.service"))
            call.answer("v", "s", "made.service");
        else
            call.refuse("org.freedesktop.DBus.Error.UnknownObject", "Unknown object.");
    }

    void invocation(const Call& call) {
        const void* bytes = nullptr;
        std::size_t size = 0;
        sd_bus_message_read_array(call.message().get(), 'y', &bytes, &size);
        const auto found = invocations.find(std::string(static_cast<const char*>(bytes), size));
        if (found == invocations.end())
            call.refuse("org.freedesktop.systemd1.NoUnitForInvocationID", "No unit.");
        else
            call.answer("o", found->second.c_str());
    }

    void change(const Call& call, const std::string& method, const std::string& name) {
        std::ofstream(log, std::ios::app) << method << " " << name << "\n";
        const auto found = units.find(name);
        if (method == "StopUnit" && before_stop)
            before_stop();
        if (found == units.end())
            return call.refuse("org.freedesktop.systemd1.NoSuchUnit", "Unit is not loaded.");
        FakeUnit& unit = found->second;
        if (method == "ResetFailedUnit" && unit.collected)
            return call.refuse("org.freedesktop.systemd1.NoSuchUnit", "Unit is not loaded.");
        if (method == "ResetFailedUnit") {
            if (unit.phases.front().active == "failed")
                unit.phases = {{"inactive", "dead"}};
            return call.answer();
        }
        if (!unit.refusal.empty())
            return call.refuse(unit.refusal, "Unit is masked.");
        ++jobs_;
        unit.phases = method == "StopUnit" ? unit.stopped : unit.started.front();
        if (method != "StopUnit" && unit.started.size() > 1)
            unit.started.pop_front();
        call.answer("o", job_path().c_str());
        call.changed(path_of(name), "org.freedesktop.systemd1.Unit");
    }
};
