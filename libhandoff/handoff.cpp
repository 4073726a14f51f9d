// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/handoff.hpp"

#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/linux_host.hpp"
#include "libhandoff/lock.hpp"
#include "libhandoff/log.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/modules.hpp"
#include "libhandoff/planner.hpp"
#include "libhandoff/recovery.hpp"
#include "libhandoff/timeline.hpp"

#include <system_error>

namespace handoff {
namespace {

/// One domain's way to its devices.
struct Handoff {
    const Roots& roots;
    const Lock& lock;
    const Domain& domain;
    const Config& config;
    ProcessId daemon; ///< libvirt's, our parent
    Deadline deadline;
    Timeline& timeline;
};

void require_root(const std::string& name) {
    if (::geteuid() != 0)
        throw Error(name, "a handoff needs the system's libvirt daemon, and this is a user's",
                    "define the domain in qemu:///system");
}

void require_known(const Domain& domain) {
    if (domain.marked)
        throw Error(domain.name, "set up for a handoff, but it has no file (cloned or renamed?)",
                    "add /etc/gpu-handoff/domains/" + domain.name + ".toml or undo the setup");
}

/// libvirt would load it only later, after a check that needs it (/dev/vfio/vfio). It stays loaded.
void require_vfio(const Handoff& handoff) {
    const auto insert = [&](const std::string& module) {
        const Spent before = spent_so_far();
        Worker([&] {
            insert_module(module);
            return std::string();
        }).result(handoff.deadline);
        handoff.timeline.on_step()({Kind::module, module, "unloaded", "loaded"},
                                   spent_so_far() - before);
    };
    try {
        if (!std::filesystem::exists(handoff.roots.pci_driver("vfio-pci")))
            insert("vfio-pci");
        if (!std::filesystem::exists(handoff.roots.dev / "vfio/vfio"))
            insert("vfio_iommu_type1");
    } catch (const std::exception& error) {
        throw Error("vfio-pci", std::string("cannot be loaded: ") + error.what(),
                    "install the kernel's full set of modules");
    }
}

void require_on_vfio(const Roots& roots, const std::string& address) {
    if (!on_vfio(roots, address))
        throw Error(address, "is not on vfio-pci any more: something on the host took it back",
                    "start the domain again");
}

/// If the daemon died, nobody will start the domain, and nobody will call the return.
void require_daemon(const Handoff& handoff) {
    if (::getppid() != handoff.daemon.pid)
        throw Error(handoff.domain.name, "the libvirt daemon ended during the handoff",
                    "start the domain again");
}

void take(const Handoff& handoff, const Plan& plan) {
    require_vfio(handoff);
    LinuxHost host(handoff.roots, give_back_late(handoff.roots, handoff.lock, handoff.domain.uuid));
    host.require_free(plan, handoff.deadline);
    handoff.timeline.end_of("holders");

    Record record;
    record.domain = handoff.domain.name;
    record.uuid = handoff.domain.uuid;
    record.daemon = handoff.daemon;
    record.timeout = handoff.config.timeout;
    Journal journal = Journal::create(handoff.roots.journals(), record);
    try {
        commit(host, plan, journal, handoff.deadline, handoff.timeline.on_step());
        for (const Step& step : plan)
            if (step.kind == Kind::driver)
                require_on_vfio(handoff.roots, step.subject);
        require_daemon(handoff);
    } catch (const std::exception& failure) {
        log_warning(handoff.domain.name + ": " + failure.what() + ": giving back");
        if (!give_back(handoff.roots, handoff.lock, record.uuid, handoff.timeline.on_step())
                 .empty())
            throw NotAllGivenBack(failure.what());
        throw;
    }
}

} // namespace

void prepare(const Roots& roots, const std::string& name, std::string_view xml) {
    require_root(name);
    const std::optional<Config> config = load_config(roots.etc, name);
    const Domain domain = parse_domain(xml);
    if (!config)
        return require_known(domain);

    Timeline timeline(domain.name);
    const Deadline deadline(config->timeout);
    const std::optional<ProcessId> daemon = process(::getppid(), roots.proc);
    timeline.end_of("start");
    const Lock lock(roots, domain.name, deadline);
    const Handoff handoff{roots,    lock,    domain, *config, daemon.value_or(ProcessId()),
                          deadline, timeline};
    const std::vector<Handed> others =
        settle_journals(roots, lock, domain.uuid, timeline.on_step());

    Plan plan = make_plan(probe(roots, domain, *config, others), *config, domain);
    timeline.end_of("machine");
    if (plan.empty())
        return log_info(domain.name + ": has no GPU among its devices, nothing to hand over");
    try {
        take(handoff, plan);
    } catch (const ModuleBusy& busy) {
        // The scans found nobody, so the reference is the kernel's own: these drivers can be
        // unbound all the same.
        Config unbinding = *config;
        unbinding.unload = Unload::never;
        if (config->unload != Unload::automatic)
            throw;
        log_info(domain.name + ": " + busy.what() + ": unbinding instead");
        plan = make_plan(probe(roots, domain, unbinding, others), unbinding, domain);
        take(handoff, plan);
    }
    timeline.log_outcome("handed over");
}

void verify(const Roots& roots, const std::string& name, std::string_view xml) {
    require_root(name);
    const std::optional<Config> config = load_config(roots.etc, name);
    const Domain domain = parse_domain(xml);
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

void release(const Roots& roots, std::string_view xml) {
    const Domain domain = parse_domain(xml);
    const std::optional<Record> record = read_journal(roots.journals(), domain.uuid);
    if (!record)
        return;
    Timeline timeline(domain.name);
    timeline.end_of("start");
    const Lock lock(roots, domain.name, Deadline(2 * record->timeout));
    const std::vector<std::string> problems =
        give_back(roots, lock, domain.uuid, timeline.on_step());
    if (!problems.empty())
        throw NotAllGivenBack(problems.front());
    timeline.log_outcome("given back");
}

} // namespace handoff
