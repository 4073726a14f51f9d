// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/history_report.hpp"

#include "hook/layout.hpp"
#include "hook/libvirt.hpp"
#include "libhandoff/error.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace handoff {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::microseconds;

constexpr std::size_t indent = 2;
constexpr std::size_t time_width = 10; // " 12345 ms "
/// From this width on a step's text stands beside its bar, else below it.
constexpr std::size_t wide = 72;

bool went_well(Outcome outcome) {
    return outcome == Outcome::handed_over || outcome == Outcome::given_back ||
           outcome == Outcome::recovered;
}

std::string milliseconds(microseconds time) {
    return std::to_string((time.count() + 500) / 1000) + " ms";
}

/// A step's part of the whole time: spaces, and at least one mark.
std::string bar(const TimedStep& step, microseconds whole, std::size_t size, Bars bars) {
    const auto place = [&](microseconds time) {
        const double part = static_cast<double>(time.count()) /
                            static_cast<double>(std::max<microseconds::rep>(1, whole.count()));
        return static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(size));
    };
    const std::size_t begin = std::min(place(step.begin), size - 1);
    const std::size_t end = std::clamp(place(step.begin + step.duration), begin + 1, size);
    std::string text(begin, ' ');
    for (std::size_t i = begin; i < end; ++i)
        text.append(bars == Bars::blocks ? "█" : "=");
    return text.append(size - end, ' ');
}

std::string text_of(const TimedStep& step, microseconds whole, std::size_t columns, Bars bars) {
    const bool beside = columns >= wide;
    const std::size_t size = beside ? columns / 4 : columns - indent - time_width;
    const std::string took = milliseconds(step.duration);
    std::string line(indent, ' ');
    line += coloured(Colour::green, bar(step, whole, size, bars));
    line.append(took.size() < time_width - 1 ? time_width - 1 - took.size() : 1, ' ').append(took);
    const std::size_t used = indent + size + time_width;
    if (beside)
        return line + " " + wrapped(step.text, columns, used + 2, used);
    return line + "\n" + std::string(2 * indent, ' ') +
           wrapped(step.text, columns, 3 * indent, 2 * indent);
}

std::string text_of(const Event& event, std::size_t columns, Bars bars) {
    const std::string when = local_time(event.begin);
    std::string text =
        when + wrapped(" " + event.domain + ": " + std::string(name_of(event.outcome)) + " in " +
                           milliseconds(event.duration),
                       columns, indent, when.size());
    text = coloured(Colour::bold, std::string_view(text).substr(0, text.size() - 1)) + "\n";
    if (!event.error.empty())
        text += std::string(indent, ' ') +
                coloured(went_well(event.outcome) ? Colour::plain : Colour::red,
                         wrapped(event.error, columns, indent, indent));
    for (const TimedStep& step : event.steps)
        text += text_of(step, event.duration, columns, bars);
    return text;
}

Json json_of(const Event& event) {
    Json steps = Json::array();
    for (const TimedStep& step : event.steps)
        steps.push_back({{"begin_us", step.begin.count()},
                         {"duration_us", step.duration.count()},
                         {"text", step.text}});
    return {{"begin", iso_time(event.begin)},
            {"duration_us", event.duration.count()},
            {"domain", event.domain},
            {"uuid", event.uuid},
            {"outcome", name_of(event.outcome)},
            {"error", event.error.empty() ? Json() : Json(event.error)},
            {"steps", steps}};
}

} // namespace

std::string text_of(const std::vector<Event>& events, std::size_t columns, Bars bars) {
    std::string text;
    for (const Event& event : events)
        text.append(text.empty() ? "" : "\n").append(text_of(event, columns, bars));
    return text;
}

Json json_of(const std::vector<Event>& events) {
    Json all = Json::array();
    for (const Event& event : events)
        all.push_back(json_of(event));
    return {{"events", all}};
}

std::vector<Event> of_domain(const std::vector<Event>& events, const std::string& domain) {
    std::vector<Event> its;
    std::set<std::string> others;
    for (const Event& event : events) {
        if (event.domain == domain || event.uuid == domain)
            its.push_back(event);
        others.insert(event.domain);
    }
    if (!its.empty())
        return its;
    std::string offer;
    for (const std::string& name : nearest(domain, {others.begin(), others.end()}))
        offer.append(offer.empty() ? "did you mean " : " or ").append(name);
    throw Error("domain " + domain, "the history has no handoff of that name",
                offer.empty() ? "gpu-handoff history shows all" : offer + "?");
}

} // namespace handoff
