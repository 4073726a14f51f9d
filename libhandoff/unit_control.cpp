// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/unit_control.hpp"

namespace handoff {
namespace {

constexpr int tries = 3;
constexpr std::string_view no_such_unit = "org.freedesktop.systemd1.NoSuchUnit";

// What is read over.
constexpr const char** no_text = nullptr;
constexpr std::uint32_t* no_number = nullptr;

} // namespace

const Object& systemd_manager() {
    static const Object object{systemd_service, "/org/freedesktop/systemd1",
                               "org.freedesktop.systemd1.Manager"};
    return object;
}

std::string UnitControl::state() {
    wait([&] { return unit_.settled(); }, "is busy for too long");
    return unit_.active == "active" ? "active" : "inactive";
}

bool UnitControl::is_active() {
    look();
    return unit_.active == "active";
}

std::string UnitControl::id() {
    look();
    return unit_.load == "loaded" ? unit_.id : std::string();
}

void UnitControl::stop() {
    look();
    if (unit_.settled() && unit_.ended())
        return;
    listen();
    queue("StopUnit", "stopped");
    wait([&] { return unit_.settled(); }, "does not stop in time");
    if (!unit_.ended())
        fail("was stopped, and something has started it again");
}

bool UnitControl::start() {
    const auto decided = [&] { return unit_.settled() || unit_.between_tries(); };
    // A stop may hang for longer than we wait: systemd carries out the start when that is over.
    wait([&] { return decided() || unit_.active == "deactivating"; }, "is busy for too long");
    int n = 0;
    for (; n < tries && unit_.active != "active"; ++n) {
        try_to_start(n > 0);
        wait(decided, "does not start in time");
    }
    if (unit_.active != "active")
        fail("does not start in " + std::to_string(tries) + " tries (" +
             (result_ == "done" ? "ends at once" : result_) + ")");
    return n > 0;
}

void UnitControl::try_to_start(bool again) {
    listen();
    if (again || unit_.active == "failed" || unit_.between_tries())
        reset();
    // A start would wait for systemd's own next try.
    if (!queue(unit_.between_tries() ? "RestartUnit" : "StartUnit", "started"))
        fail("there is no such unit");
}

/// Forgets that it failed, and earlier starts, of which systemd allows few in a short time.
void UnitControl::reset() {
    try {
        bus_.call(deadline_, systemd_manager(), "ResetFailedUnit", "s", name_.c_str());
    } catch (const BusError& error) {
        if (error.name() != no_such_unit) // systemd has forgotten all of it, until the next start
            throw;
    }
}

/// One answer has it all, also of an alias and of a unit that is not loaded.
void UnitControl::look() {
    const Message answer =
        bus_.call(deadline_, systemd_manager(), "ListUnitsByNames", "as", 1, name_.c_str());
    const char* id = "";
    const char* load = "not-found";
    const char* active = "inactive";
    const char* sub = "dead";
    const char* path = "";
    const char* job = "/";
    if (answer.enter('a', "(ssssssouso)"))
        answer.read("(ssssssouso)", &id, no_text, &load, &active, &sub, no_text, &path, no_number,
                    no_text, &job);
    unit_ = {id, load, active, sub, path, job};
}

/// systemd sends signals only to those who have subscribed.
void UnitControl::listen() {
    if (listening_ || unit_.path.empty())
        return;
    bus_.call(deadline_, systemd_manager(), "Subscribe");
    bus_.listen(deadline_, systemd_service, "member='PropertiesChanged',path='" + unit_.path + "'");
    bus_.listen(deadline_, systemd_service, "member='JobRemoved'");
    listening_ = true;
}

void UnitControl::wait(const std::function<bool()>& so, const std::string& wrong) {
    const auto now = [&] {
        look();
        return so();
    };
    if (!listening_ && now())
        return;
    listen();
    if (!bus_.wait_until(now, deadline_, [&](const Message& signal) { note(signal); }))
        fail(wrong + " (" + unit_.sub + ")", "raise timeout_s, or ");
}

void UnitControl::note(const Message& signal) {
    const char* job = nullptr;
    const char* result = nullptr;
    if (libsystemd().bus_message_is_signal(signal.get(), systemd_manager().interface,
                                           "JobRemoved") > 0 &&
        signal.read("uoss", no_number, &job, no_text, &result) && job_ == job)
        result_ = result;
}

/// False if there is no such unit.
bool UnitControl::queue(const char* method, const std::string& what) {
    job_.clear();
    result_.clear();
    try {
        const Message answer =
            bus_.call(deadline_, systemd_manager(), method, "ss", name_.c_str(), "replace");
        const char* job = nullptr;
        answer.read("o", &job);
        job_ = job;
        return true;
    } catch (const BusError& error) {
        if (error.name() == no_such_unit)
            return false;
        if (error.why() != BusError::Why::refused)
            throw;
        fail("cannot be " + what + ": " + error.reason());
    }
}

void UnitControl::fail(const std::string& wrong, const std::string& remedy) const {
    throw Error(called_, wrong,
                remedy +
                    (called_ == name_ ? "see systemctl status " : "see systemctl --user status ") +
                    name_);
}

} // namespace handoff
