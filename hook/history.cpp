// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/history_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"

#include <CLI/CLI.hpp>
#include <clocale>
#include <cstring>
#include <langinfo.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

namespace handoff {
namespace {

/// Of the newest events, so many are shown.
constexpr std::ptrdiff_t shown = 10;

struct Asked {
    std::optional<std::string> domain;
    bool all = false;
    bool json = false;
};

Bars bars_of_terminal() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the only thread
    static_cast<void>(std::setlocale(LC_CTYPE, ""));
    return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0 ? Bars::blocks : Bars::ascii;
}

int show_history(const Asked& asked) {
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

} // namespace

void add_history(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    CLI::App* history = app.add_subcommand(
        "history", "Shows the last handoffs: how they came out, and what took how long");
    history->add_option("domain", asked->domain, "Only of this domain, by name or uuid");
    history->add_flag("--all", asked->all, "All that are remembered, and not the last ten");
    history->add_flag("--json", asked->json, "All of them as JSON");
    history->callback([asked, &command] { command = [asked] { return show_history(*asked); }; });
}

} // namespace handoff
