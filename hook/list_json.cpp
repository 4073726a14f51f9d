// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"
#include "libhandoff/owner.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace handoff {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const NamedFunction& function) {
    return {{"address", function.address},
            {"name", function.name},
            {"id", function.id},
            {"driver", function.driver}};
}

Json json_of(const Connector& connector) {
    return {{"name", connector.name}, {"status", connector.status}, {"lit", connector.lit}};
}

/// Session and seat are null for whoever is in no login session: a service, also a user's.
Json json_of(const Holder& holder, const Desktop& desktop) {
    const Owner owner = owner_of(holder.cgroup);
    const auto session = std::ranges::find(desktop.sessions, owner.session, &Session::id);
    const bool seated = session != desktop.sessions.end() && !session->seat.empty();
    return {{"pid", holder.pid},
            {"name", holder.name},
            {"user", holder.user},
            {"unit", owner.manager ? owner.user_unit : owner.unit},
            {"session", owner.session.empty() ? Json() : Json(owner.session)},
            {"seat", seated ? Json(session->seat) : Json()},
            {"nodes", holder.nodes}};
}

Json json_of(const SetUp& set_up) {
    return {{"domain", set_up.domain},
            {"running", set_up.running ? Json(*set_up.running) : Json()},
            {"has_file", set_up.has_file}};
}

const char* word_of(Way way) {
    return way == Way::live ? "live" : way == Way::ending_the_session ? "ending_session" : "no";
}

template <typename Item> Json json_list(const std::vector<Item>& items) {
    Json all = Json::array();
    for (const Item& item : items)
        all.push_back(json_of(item));
    return all;
}

Json json_of(const ListedGpu& listed) {
    const Gpu& gpu = listed.gpu;
    Json holders = Json::array();
    for (const Holder& holder : listed.holders)
        holders.push_back(json_of(holder, listed.outlook.machine.desktop));
    return {{"address", gpu.address},
            {"name", gpu.video().name},
            {"id", gpu.video().id},
            {"driver", gpu.video().driver},
            {"functions", json_list(gpu.functions)},
            {"iommu_group", gpu.group.empty() ? Json() : Json(gpu.group)},
            {"group_others", json_list(gpu.group_others)},
            {"connectors", json_list(gpu.connectors)},
            {"boot_vga", gpu.boot_vga},
            {"holders", holders},
            {"handed_over", json_of(listed.with)},
            {"set_up_for", json_list(listed.set_up)},
            {"verdict", word_of(way_of(listed.outlook))},
            {"reason", reason_of(listed)}};
}

} // namespace

Json json_of(const ListReport& report) {
    Json gpus = Json::array();
    for (const ListedGpu& listed : report.gpus)
        gpus.push_back(json_of(listed));
    return {
        {"gpus", gpus},
        {"libvirt_error", report.libvirt_trouble.empty() ? Json() : Json(report.libvirt_trouble)},
        {"complete", !report.hidden}};
}

} // namespace handoff
