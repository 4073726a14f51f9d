// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/monitor_switch.hpp"

#include "libhandoff/ddc.hpp"
#include "libhandoff/fields.hpp"
#include "libhandoff/kmod.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/pidfd.hpp"
#include "libhandoff/worker.hpp"

#include <algorithm>
#include <poll.h>

namespace handoff {
namespace {

/// For all screens together. Those that do not answer are asked ten times each.
constexpr std::chrono::seconds ddc_deadline{10};
/// For what the kernel does at once, unless a bus hangs.
constexpr std::chrono::seconds end_deadline{1};

std::vector<std::string> functions_of(const Record& record) {
    std::vector<std::string> functions;
    for (const Step& step : record.steps)
        if (step.kind == Kind::driver)
            functions.push_back(step.subject);
    return functions;
}

/// A worker's answer. It does not log itself: libddcutil has syslog(3) speak in its own name.
std::string text_of(const Switched& switched) {
    return line_of(switched.done) + line_of(switched.problems);
}

std::vector<std::string> texts_of(std::string_view line) {
    std::vector<std::string> texts = fields_of(line);
    std::erase(texts, "");
    return texts;
}

Switched parse(const std::string& answer) {
    const std::size_t done = answer.find('\n');
    return {texts_of(answer.substr(0, done)),
            texts_of(answer.substr(done + 1, answer.size() - done - 2))};
}

/// It must not keep a bus of a card that is about to be handed over. Unlike the worker that unbinds
/// a driver, it may be killed: a bus ends its transfer by itself.
void end(const WorkerTimeout& timeout) {
    const Fd process(::pidfd_open(timeout.pid(), 0));
    if (!process || ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0) != 0)
        return;
    pollfd ended{process.get(), POLLIN, 0};
    ::poll(&ended, 1, Deadline(end_deadline).poll_timeout());
}

/// /dev/i2c-N are there only while the module is.
void remove_i2c_dev() {
    try {
        Worker([] {
            remove("i2c_dev");
            return std::string();
        }).result(Deadline(end_deadline));
    } catch (const std::exception&) {
        // Somebody else has come to use it.
    }
}

void in_worker(const Roots& roots, const Record& record,
               const std::function<Switched(Monitors&)>& change) {
    const bool was_loaded = std::filesystem::exists(roots.sys / "class/i2c-dev");
    const auto say = [&](const std::string& text) { return record.domain + ": " + text; };
    try {
        Worker asked([&] {
            if (!was_loaded)
                insert("i2c-dev", {});
            return text_of(change(*ddc_monitors(roots, functions_of(record))));
        });
        const Switched switched = parse(asked.result(Deadline(ddc_deadline)));
        for (const std::string& text : switched.done)
            log_info(say(text));
        for (const std::string& text : switched.problems)
            log_warning(say(text));
    } catch (const WorkerTimeout& timeout) {
        log_warning(say("monitor: the screens did not all answer over DDC/CI in time"));
        end(timeout);
    } catch (const std::exception& error) {
        log_warning(say(std::string("monitor: not switched: ") + error.what()));
    }
    if (!was_loaded)
        remove_i2c_dev();
}

} // namespace

void show_guest(const Roots& roots, const Record& record,
                const std::vector<MonitorSetting>& wanted) {
    in_worker(roots, record, [&](Monitors& monitors) {
        return switch_to_guest(monitors, wanted, [&](const MonitorReturn& back) {
            Journal::open(roots.journals(), record.uuid).append(back);
        });
    });
}

void show_host(const Roots& roots, const Record& record) {
    if (record.monitors.empty())
        return;
    const std::string not_back = record.domain + ": monitor: not switched back: ";
    try {
        // A journal is left if something could not be given back. A driver that hangs in the kernel
        // is not asked for its buses; that it is missing does no harm.
        std::optional<Record> left = read_journal(roots.journals(), record.uuid);
        if (left && !left->stuck.empty())
            return log_warning(not_back + "a driver is stuck in the kernel");
        in_worker(roots, record,
                  [&](Monitors& monitors) { return switch_back(monitors, record.monitors); });
        if (!left)
            return;
        // Once: what is left is tried again with every start, when the screen may be another's.
        left->monitors.clear();
        Journal::open(roots.journals(), record.uuid).keep(*left);
    } catch (const std::exception& error) {
        log_warning(not_back + error.what());
    }
}

} // namespace handoff
