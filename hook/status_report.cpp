// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/status_report.hpp"

#include "hook/layout.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/step.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

namespace handoff {
namespace {

using Json = nlohmann::ordered_json;

bool is_vfio(const std::string& driver) {
    return driver.find("vfio") != std::string::npos;
}

std::string place_of(const Gpu& gpu, const StatusReport& report) {
    const std::string& driver = gpu.video().driver;
    const std::optional<Whereabouts> with = where_is(gpu, report.journals.standing);
    if (with && with->left_over && report.under_way)
        return "on its way back from domain " + with->domain + " (driver " + driver + ")";
    if (with && with->left_over)
        return "left behind by domain " + with->domain + " (driver " + driver + ")";
    if (with)
        return "with domain " + with->domain + " since " + local_time(with->since);
    if (is_vfio(driver))
        return report.journals.hidden ? "with a domain (driver " + driver + ")"
                                      : "on " + driver + ", and not by gpu-handoff";
    return "with the host (driver " + driver + ")";
}

const char* state_of(const Standing& journal) {
    return !journal.trouble.empty() ? "unreadable" : journal.live ? "live" : "left_over";
}

std::string text_of(const Standing& journal) {
    if (!journal.trouble.empty())
        return journal.trouble;
    return "A handoff to domain " + journal.record.domain + " was left behind (" +
           local_time(journal.since) +
           "): the next start or end gives it back, or now: gpu-handoff recover " +
           journal.record.domain;
}

Json json_of(const Standing& journal) {
    Json steps = Json::array();
    for (const Step& step : journal.record.steps)
        steps.push_back(text_of(step));
    return {{"domain", journal.record.domain},
            {"uuid", journal.record.uuid},
            {"state", state_of(journal)},
            {"since", iso_time(journal.since)},
            {"steps", steps},
            {"error", journal.trouble.empty() ? Json() : Json(journal.trouble)}};
}

} // namespace

StatusReport look_at_status(const Roots& roots) {
    StatusReport report;
    report.gpus = find_gpus(roots);
    report.journals = look_at_journals(roots);
    try {
        report.under_way = lock_owner(roots);
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::permission_denied)
            throw;
        report.journals.hidden = true;
    }
    return report;
}

bool something_is_left(const StatusReport& report) {
    // While somebody is at it, what is not live is on its way back.
    return !report.under_way && std::ranges::any_of(report.journals.standing,
                                                    [](const Standing& one) { return !one.live; });
}

std::string text_of(const StatusReport& report, std::size_t columns) {
    std::string text;
    for (const Gpu& gpu : report.gpus) {
        text += coloured(Colour::bold, gpu.address) +
                wrapped(" " + gpu.video().name, columns, 4, gpu.address.size());
        text += "    " + wrapped(place_of(gpu, report), columns, 4, 4);
    }
    if (report.gpus.empty())
        text += wrapped("This computer has no graphics card on its PCI bus.", columns, 0, 0);
    if (report.under_way)
        text += wrapped("A handoff or a return is under way: " + *report.under_way, columns, 2, 0);
    if (something_is_left(report))
        for (const Standing& journal : report.journals.standing)
            if (!journal.live)
                text += coloured(Colour::red, wrapped(text_of(journal), columns, 2, 0));
    if (report.journals.hidden)
        text += wrapped("Only root sees which domain has a card since when, what is under way and "
                        "what was left behind.",
                        columns, 2, 0);
    return text;
}

Json json_of(const StatusReport& report) {
    Json gpus = Json::array();
    for (const Gpu& gpu : report.gpus)
        gpus.push_back({{"address", gpu.address},
                        {"name", gpu.video().name},
                        {"driver", gpu.video().driver},
                        {"handed_over", json_of(where_is(gpu, report.journals.standing))}});
    Json journals = Json::array();
    for (const Standing& journal : report.journals.standing)
        journals.push_back(json_of(journal));
    return {{"gpus", gpus},
            {"under_way", report.under_way ? Json(*report.under_way) : Json()},
            {"journals", journals},
            {"complete", !report.journals.hidden}};
}

} // namespace handoff
