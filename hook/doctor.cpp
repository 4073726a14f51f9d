// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor.hpp"

#include "hook/commands.hpp"
#include "hook/doctor_report.hpp"
#include "hook/doctor_save.hpp"
#include "hook/layout.hpp"
#include "hook/libvirt.hpp"
#include "libhandoff/bus.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/unit_control.hpp"

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace handoff {
namespace {

/// "active 1760000000000000": the unit's state, and when it was last started or reloaded, in µs.
std::string state_of(const Bus& bus, const std::string& unit, const Deadline& deadline) {
    const Object object{systemd_service, encoded_path("/org/freedesktop/systemd1/unit", unit),
                        "org.freedesktop.systemd1.Unit"};
    const Object getter{object.service, object.path, "org.freedesktop.DBus.Properties"};
    std::uint64_t since = 0;
    bus.call(deadline, getter, "Get", "ss", object.interface, "StateChangeTimestamp")
        .read("v", "t", &since);
    return bus.property(deadline, object, "ActiveState") + " " + std::to_string(since);
}

/// What systemd says of libvirt's daemons; nothing without systemd.
void ask_systemd(Evidence::Answers& answers) {
    const Deadline deadline(libvirt_patience);
    try {
        const Bus bus = Bus::of_system({}, deadline);
        for (const char* unit :
             {"libvirtd.service", "libvirtd.socket", "virtqemud.service", "virtqemud.socket"})
            answers[unit] = state_of(bus, unit, deadline);
    } catch (const Error&) {
        answers.clear();
    }
}

/// What libvirt says of itself, and the domain's XML.
std::optional<std::string> ask_libvirt(const DoctorRequest& asked, Evidence::Answers& answers) {
    const Libvirt libvirt(asked.uri);
    const Deadline deadline(libvirt_patience);
    try {
        static_cast<void>(libvirt.domains(deadline));
        answers["libvirt"] = "ok";
    } catch (const Error& error) {
        answers["libvirt"] = printable(error.what());
        return std::nullopt;
    }
    if (asked.domain.empty())
        return std::nullopt;
    return libvirt.find(asked.domain, deadline).xml;
}

std::vector<std::string> private_names() {
    std::vector<std::string> names;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0)
        names.emplace_back(host.data());
    for (const uid_t user : {::getuid(), ::geteuid()})
        if (const passwd* entry = ::getpwuid(user)) // NOLINT(*-mt-unsafe): one thread
            names.emplace_back(entry->pw_name);
    if (const char* user = std::getenv("SUDO_USER")) // NOLINT(*-mt-unsafe)
        names.emplace_back(user);
    return names;
}

} // namespace

int run_doctor(const DoctorRequest& asked) {
    if (!asked.directory.empty())
        require_empty(asked.directory);
    Evidence::Answers answers;
    ask_systemd(answers);
    const std::optional<std::string> xml = ask_libvirt(asked, answers);
    const Evidence evidence(Roots{}, answers);
    const std::vector<Finding> findings = examine(evidence, xml);
    if (asked.json)
        print_json(doctor_json(findings));
    else
        print(doctor_report(findings, columns()));
    if (!asked.directory.empty()) {
        save_recording(asked.directory, evidence, xml, private_names());
        if (!asked.json)
            print("what was read is in " + asked.directory + "\n");
    }
    return count(findings, Verdict::failure) == 0 ? 0 : 1;
}

} // namespace handoff
