// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/sessions.hpp"
#include "tests/unit/message_bus.hpp"

#include <fstream>
#include <map>
#include <string>
#include <vector>

struct FakeInhibitor {
    const char* what;
    const char* who;
    const char* why;
    const char* mode;
    int pid;
};

struct FakeLogind {
    std::vector<handoff::Session> sessions;
    std::vector<FakeInhibitor> inhibitors;
    bool silent = false;
    bool keeps = false;   ///< a session that is told to end does not
    std::string vanished; ///< a session that is listed, and has gone when it is asked for
    /// Of seats: what is answered to one question after the other, 'y', 'n', or '-' when there is
    /// no such seat. After each answer but the last one a signal tells that it has changed.
    std::map<std::string, std::string> seats;
    std::filesystem::path log; ///< what was asked for, one line each

    void operator()(const Call& call) {
        const std::string method = call.method();
        if (silent)
            return;
        if (method == "ListSessions")
            list(call);
        else if (method == "ListInhibitors")
            list_inhibitors(call);
        else if (method == "GetAll")
            get_all(call);
        else if (method == "Get")
            get(call);
        else if (method == "GetSession")
            get_session(call);
        else if (method == "TerminateSession")
            terminate(call, call.text());
        else
            call.refuse("org.freedesktop.DBus.Error.UnknownMethod", "Unknown method.");
    }

private:
    static constexpr const char* manager_path = "/org/freedesktop/login1";
    static constexpr const char* manager_interface = "org.freedesktop.login1.Manager";
    std::string ending_;

    static std::string path_of(const std::string& id) {
        return handoff::encoded_path("/org/freedesktop/login1/session", id);
    }
    [[nodiscard]] const handoff::Session* find(const Call& call, const std::string& path) const {
        for (const handoff::Session& session : sessions)
            if (path_of(session.id) == path && session.id != vanished)
                return &session;
        call.refuse("org.freedesktop.DBus.Error.UnknownObject", "Unknown object.");
        return nullptr;
    }

    void list(const Call& call) const {
        const handoff::Message answer = call.made();
        sd_bus_message_open_container(answer.get(), 'a', "(susso)");
        for (const handoff::Session& session : sessions)
            answer.append("(susso)", session.id.c_str(), session.uid, session.user.c_str(),
                          session.seat.c_str(), path_of(session.id).c_str());
        sd_bus_message_close_container(answer.get());
        call.send(answer);
    }

    void list_inhibitors(const Call& call) const {
        const handoff::Message answer = call.made();
        sd_bus_message_open_container(answer.get(), 'a', "(ssssuu)");
        for (const FakeInhibitor& one : inhibitors)
            answer.append("(ssssuu)", one.what, one.who, one.why, one.mode, 0, one.pid);
        sd_bus_message_close_container(answer.get());
        call.send(answer);
    }

    void get_all(const Call& call) const {
        const handoff::Session* session = find(call, call.path());
        if (session == nullptr)
            return;
        call.answer("a{sv}", 12, "Id", "s", session->id.c_str(), "User", "(uo)", session->uid,
                    "/user", "Name", "s", session->user.c_str(), "Timestamp", "t", std::uint64_t{5},
                    "Seat", "(so)", session->seat.c_str(), "/seat", "TTY", "s",
                    session->tty.c_str(), "Remote", "b", 0, "Leader", "u", session->leader, "Type",
                    "s", session->type.c_str(), "Class", "s", session->role.c_str(), "State", "s",
                    session->closing ? "closing" : "online", "IdleHint", "b", 0);
    }

    void get(const Call& call) {
        call.message().skip("s"); // the interface
        if (call.text() == "CanGraphical")
            return can_graphical(call);
        if (const handoff::Session* session = find(call, call.path()))
            call.answer("v", "s", session->closing ? "closing" : "active");
    }

    void can_graphical(const Call& call) {
        std::string* answers = nullptr;
        for (auto& [seat, script] : seats)
            if (handoff::encoded_path("/org/freedesktop/login1/seat", seat) == call.path())
                answers = &script;
        const char now = answers == nullptr ? '-' : answers->front();
        if (now == '-')
            call.refuse("org.freedesktop.DBus.Error.UnknownObject", "Unknown object.");
        else
            call.answer("v", "b", now == 'y');
        if (answers == nullptr || answers->size() == 1)
            return;
        answers->erase(0, 1);
        if (now == '-')
            call.signal(manager_path, manager_interface, "SeatNew", "so", "seat",
                        call.path().c_str());
        else
            call.changed(call.path(), "org.freedesktop.login1.Seat");
    }

    void get_session(const Call& call) {
        const std::string id = call.text();
        const auto found = std::find_if(sessions.begin(), sessions.end(),
                                        [&](const auto& session) { return session.id == id; });
        if (found == sessions.end())
            return call.refuse("org.freedesktop.login1.NoSuchSession", "No session known.");
        call.answer("o", path_of(id).c_str());
        if (id != ending_)
            return;
        sessions.erase(found); // and who looks again before the signal is no better off
        call.signal(manager_path, manager_interface, "SessionRemoved", "so", id.c_str(),
                    path_of(id).c_str());
    }

    void terminate(const Call& call, const std::string& id) {
        std::ofstream(log, std::ios::app) << "TerminateSession " << id << "\n";
        for (const handoff::Session& session : sessions)
            if (session.id == id) {
                ending_ = keeps ? "" : id;
                return call.answer();
            }
        call.refuse("org.freedesktop.login1.NoSuchSession", "No session known.");
    }
};
