// SPDX-License-Identifier: GPL-2.0-or-later
//
// Format 1, one record per line in fields (fields.hpp):
//     gpu-handoff 1 DOMAIN DAEMON-PID DAEMON-START TIMEOUT-S      the header
//     step KIND SUBJECT FROM TO
//     stuck FUNCTION WORKER-PID WORKER-START
//     monitor NAME SERIAL INPUT
//     returning
#include "libhandoff/journal_format.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace handoff {
namespace {

constexpr std::string_view magic = "gpu-handoff";
constexpr int format = 1;
constexpr std::array kinds{Kind::attribute, Kind::card,        Kind::unit,   Kind::session,
                           Kind::process,   Kind::framebuffer, Kind::module, Kind::driver};

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

bool read_header(const Fields& fields, Record& record) {
    if (fields.size() < 2 || fields[0] != magic)
        return false;
    const std::optional<int> version = number(fields[1]);
    if (version && *version > format)
        throw Error("journal of " + record.uuid, "written by a newer gpu-handoff",
                    "install that version again, or restart the host");
    if (version != format || fields.size() != 6 || !number(fields[3]) || !number(fields[5]))
        return false;
    record.domain = fields[2];
    record.daemon = {*number(fields[3]), fields[4]};
    record.timeout = std::chrono::seconds(*number(fields[5]));
    return true;
}

bool read_step(const Fields& fields, Record& record) {
    if (fields.size() != 5 || fields[0] != "step")
        return false;
    const auto* const kind =
        std::ranges::find_if(kinds, [&](Kind k) { return name_of(k) == fields[1]; });
    if (kind == kinds.end())
        return false;
    record.steps.push_back({*kind, fields[2], fields[3], fields[4]});
    return true;
}

bool read_stuck(const Fields& fields, Record& record) {
    if (fields.size() != 4 || fields[0] != "stuck" || !number(fields[2]))
        return false;
    record.stuck.push_back({fields[1], {*number(fields[2]), fields[3]}});
    return true;
}

bool read_monitor(const Fields& fields, Record& record) {
    if (fields.size() != 4 || fields[0] != "monitor" || !number(fields[3]))
        return false;
    record.monitors.push_back({fields[1], fields[2], *number(fields[3])});
    return true;
}

bool read_returning(const Fields& fields, Record& record) {
    if (fields != Fields{"returning"})
        return false;
    record.returning = true;
    return true;
}

} // namespace

std::string header_line(const Record& record) {
    return line_of({std::string(magic), std::to_string(format), record.domain,
                    std::to_string(record.daemon.pid), record.daemon.start,
                    std::to_string(record.timeout.count())});
}

std::string step_line(const Step& step) {
    return line_of({"step", std::string(name_of(step.kind)), step.subject, step.from, step.to});
}

std::string stuck_line(const Stuck& stuck) {
    return line_of({"stuck", stuck.function, std::to_string(stuck.worker.pid), stuck.worker.start});
}

std::string monitor_line(const MonitorReturn& monitor) {
    return line_of({"monitor", monitor.name, monitor.serial, std::to_string(monitor.input)});
}

std::string returning_line() {
    return line_of({"returning"});
}

std::string text_of(const Record& record) {
    std::string text = header_line(record);
    for (const Step& step : record.steps)
        text.append(step_line(step));
    for (const Stuck& stuck : record.stuck)
        text.append(stuck_line(stuck));
    for (const MonitorReturn& monitor : record.monitors)
        text.append(monitor_line(monitor));
    for (const std::string& line : record.bad_lines)
        text.append(line).push_back('\n');
    if (record.returning)
        text.append(returning_line());
    return text;
}

Record parse_journal(std::string_view text, const std::string& uuid) {
    Record record;
    record.uuid = uuid;
    bool first = true;
    // What follows the last newline is torn: the line was not written whole, so its change was not
    // made.
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        const Fields fields = fields_of(line);
        const bool understood = first ? read_header(fields, record)
                                      : read_step(fields, record) || read_stuck(fields, record) ||
                                            read_monitor(fields, record) ||
                                            read_returning(fields, record);
        if (!understood)
            record.bad_lines.emplace_back(line);
        first = false;
    }
    return record;
}

} // namespace handoff
