// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/handoff.hpp"

#include "libhandoff/awake.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/daemon.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/known_holders.hpp"
#include "libhandoff/linux_host.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/monitor_switch.hpp"
#include "libhandoff/planner.hpp"
#include "libhandoff/recovery.hpp"
#include "libhandoff/timeline.hpp"
#include "libhandoff/vfio.hpp"

#include <set>
#include <utility>

namespace handoff {
namespace {

/// For another handoff, when the domain runs already.
constexpr std::chrono::seconds most_wait_for_monitors{10};

/// One domain's way to its devices.
struct Handoff {
    const Roots& roots;
    const Lock& lock;
    const Domain& domain;
    const Config& config;
    ProcessId daemon;
    Timeline& timeline;
};

void require_root(const std::string& name) {
    if (::geteuid() != 0)
        throw Error(name, "a handoff needs the system's libvirt daemon, and this is a user's",
                    "define the domain in qemu:///system, or give it another name");
}

void require_on_vfio(const Roots& roots, const std::string& address) {
    if (!on_vfio(roots, address))
        throw Error(address, "is not on vfio-pci any more: something on the host took it back",
                    "start the domain again");
}

void require_all_on_vfio(const Roots& roots, const std::string& name, const Domain& domain) {
    const std::optional<Config> config = load_config(roots.etc, name);
    const std::optional<Record> record = read_journal(roots.journals(), domain.uuid);
    if (record)
        for (const Step& step : record->steps)
            if (step.kind == Kind::driver)
                require_on_vfio(roots, step.subject);
    if (!config)
        return;
    for (const std::string& address : domain.hostdevs)
        if (is_display(roots, address))
            require_on_vfio(roots, address);
}

/// The power manager of a session that goes on has no business with the card any more, and is
/// wanted for the rest.
void restart_screen_helpers(const Handoff& handoff, LinuxHost& host, const Plan& plan,
                            const Deadline& deadline) {
    for (const Step& step : plan) {
        const std::size_t colon = step.subject.find(':');
        if (step.kind != Kind::unit || colon == std::string::npos ||
            !is_screen_helper(std::string_view(step.subject).substr(colon + 1)))
            continue;
        try {
            host.set(step.kind, step.subject, step.from, deadline);
        } catch (const std::exception& error) {
            log_warning(handoff.domain.name + ": " + error.what() + ": the return will try again");
        }
    }
}

/// The text with the domain in front, unless that is its subject anyway.
std::string under(const std::string& domain, const std::string& text) {
    return text.starts_with(domain + ": ") ? text : domain + ": " + text;
}

/// The scans found no process on the GPU, and yet its module is in use: by the kernel itself, or
/// through a descriptor that nobody can see. Drivers other than nvidia can be unbound all the same.
Plan plan_without_unloading(const Handoff& handoff, const Machine& machine,
                            const ModuleBusy& busy) {
    Config unbinding = handoff.config;
    unbinding.unload = Unload::never;
    if (handoff.config.unload != Unload::automatic)
        throw busy;
    log_info(handoff.domain.name + ": " + busy.what() + ": unbinding instead");
    try {
        return make_plan(machine, unbinding, handoff.domain);
    } catch (const Error&) {
        throw busy; // the reason, and not that there is no other way
    }
}

/// Units that did not come back after the last time are still to be started at the end of this one.
Journal begin_journal(const Roots& roots, Record record) {
    const std::optional<Record> left = read_journal(roots.journals(), record.uuid);
    if (!left)
        return Journal::create(roots.journals(), record);
    record.steps = left->steps;
    Journal journal = Journal::open(roots.journals(), record.uuid);
    journal.keep(record);
    return journal;
}

void take(const Handoff& handoff, const Machine& machine, const Plan& plan, HolderGate gate) {
    handoff.timeline.begin_changes();
    const Deadline deadline(handoff.config.timeout);
    load_vfio(handoff.roots, handoff.timeline.on_step(), deadline);
    LinuxHost host(handoff.roots, give_back_late(handoff.roots, handoff.lock, handoff.domain.uuid),
                   std::move(gate));

    Record record;
    record.domain = handoff.domain.name;
    record.uuid = handoff.domain.uuid;
    record.daemon = handoff.daemon;
    record.timeout = handoff.config.timeout;
    Journal journal = begin_journal(handoff.roots, record);
    keep_awake(handoff.roots, record.uuid, deadline);
    try {
        try {
            commit(host, plan, journal, deadline, handoff.timeline.on_step());
        } catch (const ModuleBusy& busy) {
            commit(host, plan_without_unloading(handoff, machine, busy), journal, deadline,
                   handoff.timeline.on_step());
        }
        for (const Step& step : plan)
            if (step.kind == Kind::driver)
                require_on_vfio(handoff.roots, step.subject);
        require_daemon(handoff.daemon, handoff.domain.name);
        restart_screen_helpers(handoff, host, plan, deadline);
    } catch (const std::exception& failure) {
        log_warning(under(handoff.domain.name, failure.what()) + ": giving back");
        const std::vector<std::string> problems =
            give_back(handoff.roots, handoff.lock, record.uuid, handoff.timeline.on_step());
        if (is_left(handoff.roots, record.uuid, problems))
            throw NotAllGivenBack(failure.what());
        throw;
    }
}

void hand_over_locked(const Handoff& handoff, const std::vector<Handed>& others) {
    const auto& [roots, lock, domain, config, daemon, timeline] = handoff;
    HolderGate gate;
    const Machine machine = probe(roots, domain, config, others, gate, Deadline(config.timeout));
    const Plan plan = make_plan(machine, config, domain);
    timeline.end_of("machine");
    if (plan.empty())
        return log_info(domain.name + ": has no GPU among its devices, nothing to hand over");
    take(handoff, machine, plan, std::move(gate));
    timeline.end(Outcome::handed_over);
}

/// Gives back what ended while we had the lock: its return may have waited for us in vain. What was
/// left over before that is not tried again.
void settle_late(const Handoff& handoff, const std::vector<Handed>& others) {
    std::set<std::string> but{handoff.domain.uuid};
    for (const Handed& other : others)
        if (other.left_over)
            but.insert(other.uuid);
    try {
        settle_others(handoff.roots, handoff.lock, but);
    } catch (const std::exception& error) {
        log_error(handoff.domain.name + ": " + error.what());
    }
}

void hand_over(const Roots& roots, const std::string& name, const Domain& domain,
               Timeline& timeline) {
    const std::optional<Config> config = load_config(roots.etc, name);
    if (!config)
        return require_known(domain);
    const ProcessId daemon = find_daemon(roots, domain.name);
    timeline.end_of("start");
    const Lock lock(roots, domain.name, Deadline(config->timeout));
    const Handoff handoff{roots, lock, domain, *config, daemon, timeline};
    std::vector<Handed> others;
    try {
        others = settle_journals(roots, lock, domain.uuid);
        hand_over_locked(handoff, others);
    } catch (...) {
        settle_late(handoff, others);
        throw;
    }
    settle_late(handoff, others);
}

} // namespace

void require_known(const Domain& domain) {
    if (domain.marked)
        throw Error(domain.name, "set up for a handoff, but it has no file (cloned or renamed?)",
                    "add /etc/gpu-handoff/domains/" + domain.name +
                        ".toml, or run gpu-handoff setup " + domain.name + " --remove");
}

void prepare(const Roots& roots, const std::string& name, std::string_view xml) {
    require_root(name);
    const Domain domain = parse_domain(xml);
    Timeline timeline(roots, domain);
    try {
        hand_over(roots, name, domain, timeline);
    } catch (const std::exception& error) {
        timeline.end_with(error.what());
        throw;
    }
}

void verify(const Roots& roots, const std::string& name, std::string_view xml) {
    require_root(name);
    const Domain domain = parse_domain(xml);
    try {
        require_all_on_vfio(roots, name, domain);
    } catch (const std::exception& error) {
        Timeline(roots, domain).end_with(error.what());
        throw;
    }
}

void started(const Roots& roots, const std::string& name, std::string_view xml) {
    const std::optional<Config> config = load_config(roots.etc, name);
    if (!config || config->monitor.empty())
        return;
    try {
        // Another domain's handoff must not find us at a bus of its card. libvirt, and with it
        // whoever started the domain, waits for us.
        const Lock lock(roots, name, Deadline(most_wait_for_monitors));
        const std::optional<Record> record = read_journal(roots.journals(), parse_domain(xml).uuid);
        if (record && !record->returning)
            show_guest(roots, *record, config->monitor);
    } catch (const std::exception& error) {
        log_warning(name + ": monitor: not switched: " + error.what());
    }
}

} // namespace handoff
