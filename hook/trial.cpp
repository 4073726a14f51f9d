// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/trial.hpp"

#include "libhandoff/log.hpp"
#include "libhandoff/pidfd.hpp"
#include "libhandoff/sysfs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <poll.h>
#include <sys/timerfd.h>
#include <system_error>

namespace handoff {
namespace {

Fd timer(std::chrono::milliseconds time) {
    Fd fd(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    itimerspec at{};
    at.it_value.tv_sec = seconds.count();
    // A timer of nothing would never come.
    at.it_value.tv_nsec = std::max<long>(std::chrono::nanoseconds(time - seconds).count(), 1);
    if (!fd || ::timerfd_settime(fd.get(), 0, &at, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "timerfd");
    return fd;
}

/// Whether the process ended within the time; without a process, never.
bool ends_within(const Fd& process, std::chrono::milliseconds time) {
    const Fd over = timer(time);
    std::array<pollfd, 2> waiting{pollfd{over.get(), POLLIN, 0}, pollfd{process.get(), POLLIN, 0}};
    while (::poll(waiting.data(), waiting.size(), -1) < 0)
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "poll");
    return waiting[1].revents != 0;
}

bool may_run(const TrialDomain& domain) {
    try {
        return domain.runs();
    } catch (const std::exception&) {
        return true;
    }
}

void start(const TrialDomain& domain) {
    try {
        domain.start();
    } catch (const std::exception& error) {
        if (!may_run(domain))
            throw;
        log_warning(domain.name + ": start of the trial: " + error.what());
    }
}

/// Whatever libvirt does, the guest has to end.
void destroy(const TrialDomain& domain, const Fd& process) {
    try {
        domain.destroy();
    } catch (const std::exception& error) {
        log_warning(domain.name + ": end of the trial: " + error.what());
        if (process)
            ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);
    }
}

bool is_qemu_of(const std::filesystem::path& proc, const std::string& pid,
                const std::string& uuid) {
    const std::string command = read_file(proc / pid / "cmdline").value_or("");
    return command.find(std::string("\0-uuid\0", 7) + uuid + '\0') != std::string::npos;
}

} // namespace

TrialEnd run_trial(const TrialDomain& domain, const TrialTimes& times,
                   const std::function<void()>& started) {
    start(domain);
    started();
    const Fd process = domain.process();
    if ((!process && !may_run(domain)) || ends_within(process, times.run))
        return TrialEnd::by_itself;
    try {
        log_info(domain.name + ": its time is over: the guest is asked to shut down");
        domain.shut_down();
    } catch (const std::exception& error) {
        log_warning(domain.name + ": end of the trial: " + error.what());
    }
    if (ends_within(process, times.shutdown) || (!process && !may_run(domain)))
        return TrialEnd::shut_down;
    destroy(domain, process);
    return TrialEnd::destroyed;
}

Fd find_qemu(const std::filesystem::path& proc, const std::string& uuid) {
    for (const std::string& name : list(proc)) {
        pid_t pid = 0;
        const char* end = name.data() + name.size();
        if (std::from_chars(name.data(), end, pid).ptr != end || !is_qemu_of(proc, name, uuid))
            continue;
        Fd process(::pidfd_open(pid, 0));
        if (process && is_qemu_of(proc, name, uuid)) // and not a later one of that number
            return process;
    }
    return {};
}

std::optional<std::chrono::seconds> parse_trial_time(std::string_view text) {
    unsigned number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    constexpr unsigned most = 3600;
    if (error != std::errc() || number > most)
        return std::nullopt;
    unsigned factor = 0;
    if (unit.empty() || unit == "s")
        factor = 1;
    else if (unit == "min" || unit == "m")
        factor = 60;
    else if (unit == "h")
        factor = most;
    const unsigned seconds = number * factor;
    if (seconds < 10 || seconds > most)
        return std::nullopt;
    return std::chrono::seconds(seconds);
}

} // namespace handoff
