// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/doctor.hpp"
#include "libhandoff/recording.hpp"
#include "tests/unit/catch.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

/// Machines in the words of a recording, and domains, for the doctor's checks.
namespace patient {

/// What one check says: "failure: what it saw | what to do".
inline std::vector<std::string> said(const std::string& check, const std::string& machine,
                                     const std::optional<std::string>& domain = std::nullopt) {
    std::vector<std::string> lines;
    for (const handoff::Finding& finding :
         handoff::examine(handoff::read_recording(machine), domain))
        if (finding.check == check)
            lines.push_back(std::string(name_of(finding.verdict)) + ": " + finding.seen +
                            (finding.remedy.empty() ? "" : " | " + finding.remedy));
    return lines;
}

inline std::string only(const std::string& check, const std::string& machine,
                        const std::optional<std::string>& domain = std::nullopt) {
    const std::vector<std::string> lines = said(check, machine, domain);
    REQUIRE(lines.size() == 1);
    return lines.front();
}

inline std::string function(const std::string& address, const std::string& device_class,
                            const std::string& vendor, const std::string& device,
                            const std::string& driver, const std::string& more = "") {
    const std::string directory = "/sys/bus/pci/devices/" + address;
    std::string text = directory + "/class: 0x" + device_class + "\n" + directory + "/vendor: 0x" +
                       vendor + "\n" + directory + "/device: 0x" + device + "\n";
    if (!driver.empty())
        text += directory + "/driver -> ../drivers/" + driver + "\n";
    std::istringstream lines(more);
    for (std::string line; std::getline(lines, line);)
        text += directory + "/" + line + "\n";
    return text;
}

inline std::string gpu(const std::string& address, const std::string& vendor,
                       const std::string& device, const std::string& driver,
                       const std::string& more = "") {
    return function(address, "030000", vendor, device, driver, more);
}

inline const std::string two_cards =
    gpu("0000:00:02.0", "8086", "4680", "i915", "boot_vga: 1") +
    gpu("0000:01:00.0", "10de", "2484", "nvidia", "boot_vga: 0") +
    function("0000:01:00.1", "040300", "10de", "228b", "snd_hda_intel");
inline const std::string one_card =
    gpu("0000:01:00.0", "10de", "2484", "nvidia", "boot_vga: 1") +
    function("0000:01:00.1", "040300", "10de", "228b", "snd_hda_intel");

inline std::string hostdev(const std::string& function, const std::string& more = "") {
    return "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' "
           "bus='0x01' slot='0x00' function='0x" +
           function + "'/></source>" + more + "</hostdev>";
}

inline std::string domain(const std::string& devices, const std::string& more = "",
                          const std::string& name = "win11") {
    return "<domain type='kvm'><name>" + name +
           "</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
           "<memory unit='GiB'>8</memory><os firmware='efi'><type machine='pc-q35-9.0'>hvm</type>"
           "</os>" +
           more + "<devices>" + devices + "</devices></domain>";
}

inline const std::string whole_card = hostdev("0") + hostdev("1");

} // namespace patient
