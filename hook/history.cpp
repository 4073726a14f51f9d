// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/history_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <clocale>
#include <cstring>
#include <langinfo.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace handoff {
namespace {

/// Of the newest events, so many are shown.
constexpr std::ptrdiff_t shown = 10;

Bars bars_of_terminal() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the only thread
    static_cast<void>(std::setlocale(LC_CTYPE, ""));
    return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0 ? Bars::blocks : Bars::ascii;
}

} // namespace

int run_history(const HistoryRequest& asked) {
    require_root("history"); // it names processes and their users
    std::vector<Event> events = read_history({});
    if (asked.domain)
        events = of_domain(events, *asked.domain);
    if (asked.json) {
        print_json(json_of(events));
        return 0;
    }
    if (!asked.all && std::ssize(events) > shown)
        events.erase(events.begin(), events.end() - shown);
    print(events.empty() ? "No handoff yet.\n" : text_of(events, columns(), bars_of_terminal()));
    return 0;
}

} // namespace handoff
