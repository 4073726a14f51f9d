// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "hook/libvirt.hpp"
#include "hook/trial.hpp"
#include "hook/trial_unit.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/units.hpp"

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace handoff {
namespace {

constexpr std::chrono::seconds systemd_patience{30};
/// Longer than the trial itself waits for libvirt.
constexpr std::chrono::minutes answer_patience{6};

LibvirtDomain domain_to_try(const TryRequest& asked) {
    LibvirtDomain domain = Libvirt(asked.uri).find(asked.domain, Deadline(libvirt_patience));
    const std::string called = "domain '" + domain.name + "'";
    if (domain.active)
        throw Error(called, "is running", "shut it down first");
    if (!domain.persistent)
        throw Error(called, "is transient: it cannot be started again", "define it");
    if (!load_config(Roots().etc, domain.name))
        throw Error(called, "is not set up for a handoff",
                    "gpu-handoff setup " + shell_word(domain.name));
    return domain;
}

void explain(const LibvirtDomain& domain, std::chrono::seconds time) {
    const std::string seconds = std::to_string(time.count());
    say(domain.name + " starts now, and gets its graphics card. If that is the desktop's only one, "
                      "the desktop ends, and this terminal with it.");
    say("After " + seconds +
        " seconds the guest is asked to shut down, 30 seconds later it is ended, and the host has "
        "the card and the desktop back. To let it run on, log in over ssh and run:");
    say("  sudo gpu-handoff keep " + shell_word(domain.name));
    say("What happened is told afterwards by:");
    say("  gpu-handoff history " + shell_word(domain.name));
}

/// The first line that comes, without its end; nothing if none comes.
std::string line_from(const Fd& pipe, const Deadline& deadline) {
    std::string text;
    while (text.find('\n') == std::string::npos) {
        pollfd waiting{pipe.get(), POLLIN, 0};
        std::array<char, 4096> part{};
        if (::poll(&waiting, 1, deadline.poll_timeout()) <= 0)
            return {};
        const ssize_t size = ::read(pipe.get(), part.data(), part.size());
        if (size <= 0)
            return {};
        text.append(part.data(), static_cast<std::size_t>(size));
    }
    return text.substr(0, text.find('\n'));
}

} // namespace

int run_try(const TryRequest& asked) {
    require_root("try");
    const LibvirtDomain domain = domain_to_try(asked);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    const Fd answer(ends[0]);
    Fd theirs(ends[1]);
    explain(domain, asked.time);
    start_trial({}, {domain.uuid, domain.name, asked.uri, asked.time}, theirs,
                Deadline(systemd_patience));
    theirs.reset();
    const std::string line = line_from(answer, Deadline(answer_patience));
    if (line.empty())
        throw Error("domain '" + domain.name + "'", "nothing is known of its start",
                    "see gpu-handoff status and journalctl -t gpu-handoff");
    if (line != "started")
        throw std::runtime_error(refusal_of_hook(line));
    say(domain.name + " runs, for " + std::to_string(asked.time.count()) + " seconds from now.");
    return 0;
}

int run_keep(const KeepRequest& asked) {
    require_root("keep");
    const std::string& domain = asked.domain;
    const Deadline deadline(systemd_patience);
    std::vector<std::string> kept;
    for (const Trial& trial : trials({}, deadline)) {
        if (!domain.empty() && domain != trial.domain && domain != trial.uuid)
            continue;
        stop_unit({}, trial.unit, deadline);
        log_info(trial.domain + ": kept, the trial is over");
        kept.push_back(trial.domain);
    }
    // Only now: a terminal that is gone must not leave another one armed.
    for (const std::string& name : kept)
        say(name + " is not ended any more; it runs until somebody shuts it down.");
    if (kept.empty())
        throw Error(domain.empty() ? "keep" : "domain '" + domain + "'",
                    domain.empty() ? "no domain is on trial" : "is not on trial",
                    "virsh list shows what runs");
    return 0;
}

} // namespace handoff
