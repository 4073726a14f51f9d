// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/checks.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace handoff::doctor {
namespace {

constexpr const char* hook = "/etc/libvirt/hooks/qemu";
constexpr const char* front_door = "/usr/sbin/gpu-handoff-hook";
constexpr const char* engine = "/usr/libexec/gpu-handoff/engine";
constexpr std::array daemons{"libvirtd", "virtqemud"};

/// What systemd says of a unit.
struct Unit {
    bool active = false;
    std::int64_t since = 0; ///< its last start or reload, in µs
};

Unit unit(const Evidence& evidence, const std::string& name) {
    std::istringstream words(evidence.answer(name).value_or(""));
    std::string state;
    Unit unit;
    words >> state >> unit.since;
    unit.active = state == "active";
    return unit;
}

/// The daemon that runs, or that systemd starts when somebody asks for it; empty if there is none.
std::string daemon_of(const Evidence& evidence) {
    for (const char* ending : {".service", ".socket"})
        for (const char* name : daemons)
            if (unit(evidence, std::string(name) + ending).active)
                return name;
    return {};
}

std::string start_of_daemon(const Evidence& evidence) {
    for (const char* name : daemons)
        if (evidence.exists(std::string("/usr/lib/systemd/system/") + name + ".socket"))
            return std::string("run\nsystemctl enable --now ") + name + ".socket " + name +
                   "-ro.socket";
    return "install libvirt's daemon with its QEMU driver (libvirt-daemon-system, "
           "libvirt-daemon-driver-qemu)";
}

std::string reload(const Evidence& evidence) {
    const std::string daemon = daemon_of(evidence);
    return "systemctl reload " + (daemon.empty() ? "libvirtd" : daemon);
}

} // namespace

void check_daemon(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    const std::string daemon = daemon_of(evidence);
    const std::string answer = evidence.answer("libvirt").value_or("ok");
    const bool asked = evidence.answer("libvirtd.service").has_value();
    if (asked && daemon.empty())
        return found.failure("neither libvirtd nor virtqemud runs", start_of_daemon(evidence));
    if (answer != "ok") { // "libvirt: what is wrong; what to do"
        const std::size_t begin = answer.starts_with("libvirt: ") ? answer.find(' ') + 1 : 0;
        const std::size_t end = std::min(answer.rfind("; "), answer.size());
        return found.failure(answer.substr(begin, end - begin),
                             end == answer.size() ? "" : answer.substr(end + 2));
    }
    found.ok(daemon.empty() ? "answers" : daemon);
}

void check_hook(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    const std::string install = "run, in a clone of gpu-handoff,\ninstall/install";
    for (const char* program : {front_door, engine}) {
        const auto status = evidence.status(program);
        if (!status)
            return found.failure(std::string(program) + " is not there", install);
        if ((status->mode & 0111U) != 0111U)
            return found.failure(std::string(program) + " is not executable",
                                 std::string("run\nchmod 755 ") + program + "\n" +
                                     reload(evidence));
    }
    const auto target = evidence.link(hook);
    if (!target && !evidence.exists(hook))
        return found.failure(std::string(hook) + " is not there: libvirt does not call gpu-handoff",
                             std::string("run\nln -s ") + front_door + " " + hook + "\n" +
                                 reload(evidence));
    if (!target || last_part(*target) != last_part(front_door))
        return found.failure(std::string(hook) + " is another project's", install + " --replace");
    found.ok("installed");
}

/// libvirt looks for hooks when it starts and when it is reloaded (src/util/virhook.c:
/// virHookInitialize).
void check_hook_seen(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    const auto installed = evidence.status(hook);
    const auto program = evidence.status(front_door);
    if (!installed || !program)
        return;
    for (const char* name : daemons) {
        const Unit daemon = unit(evidence, std::string(name) + ".service");
        if (!daemon.active)
            continue;
        if (daemon.since < installed->changed)
            found.failure(std::string(name) + " started before the hook was there",
                          std::string("run\nsystemctl reload ") + name);
        else
            found.ok(std::string(name) + " started after it was installed");
    }
}

void check_confinement(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    if (evidence.text("/sys/fs/selinux/enforce") == "1") {
        const std::string boolean =
            evidence.text("/sys/fs/selinux/booleans/virt_hooks_unconfined").value_or("");
        if (boolean.starts_with("0"))
            return found.warning("SELinux may keep libvirt's hooks from what they need "
                                 "(virt_hooks_unconfined is off)",
                                 "run\nsetsebool -P virt_hooks_unconfined on\n"
                                 "restorecon -R /etc/libvirt/hooks");
        if (daemon_of(evidence) == "virtqemud")
            return found.warning("SELinux confines virtqemud, and its hooks with it",
                                 "if a start says that something may not be read or written, "
                                 "run\nsemanage permissive -a virtqemud_t");
        return found.ok("SELinux");
    }
    if (evidence.text("/sys/module/apparmor/parameters/enabled") == "Y")
        return found.ok("AppArmor, whose profile of libvirt's daemon lets the hook run unconfined");
    found.ok("none");
}

} // namespace handoff::doctor
