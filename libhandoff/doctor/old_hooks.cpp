// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/checks.hpp"

#include <algorithm>
#include <array>
#include <sys/stat.h>

namespace handoff::doctor {
namespace {

constexpr const char* drop_ins = "/etc/libvirt/hooks/qemu.d";

/// What a script that moves a card by itself does somewhere.
bool moves_cards(std::string_view line) {
    constexpr std::array<std::string_view, 9> signs{
        "virsh", "nodedev", "display-manager", "modprobe", "driver_override", "/unbind",
        "vtcon", "vfio",    "new_id"};
    const std::size_t begin = line.find_first_not_of(" \t");
    return begin != std::string_view::npos && line[begin] != '#' &&
           std::ranges::any_of(signs, [&](std::string_view sign) { return has(line, sign); });
}

void look_at_script(const Evidence& evidence, const std::string& file, Findings& found) {
    const std::vector<Line> lines = evidence.lines(file, moves_cards);
    if (lines.empty())
        return;
    const std::string place = file + ":" + std::to_string(lines.front().number);
    const bool virsh =
        std::ranges::any_of(lines, [](const Line& line) { return has(line.text, "virsh"); });
    if (virsh)
        found.failure(place + ": libvirt runs this beside gpu-handoff, and it asks libvirt, which "
                              "waits for it",
                      "run\nchmod -x " + quoted(file));
    else
        found.warning(place + ": libvirt runs this beside gpu-handoff, and it moves cards too",
                      "run\nchmod -x " + quoted(file));
}

} // namespace

void check_old_hooks(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    for (const std::string& name : evidence.list(drop_ins)) {
        const std::string path = std::string(drop_ins) + "/" + name;
        const unsigned mode = evidence.status(path).value_or(FileStatus{}).mode;
        if (S_ISDIR(mode) && !evidence.list(path).empty())
            found.warning(path + " holds an older setup's scripts, which nobody runs",
                          "if you do not need them, run\nrm -r " + quoted(path));
        else if (S_ISREG(mode) && (mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0)
            look_at_script(evidence, path, found);
    }
    for (const char* file : {"/usr/bin/vfio-startup.sh", "/usr/bin/vfio-teardown.sh",
                             "/usr/local/bin/vfio-startup", "/usr/local/bin/vfio-teardown"})
        if (evidence.exists(file))
            found.warning(std::string(file) + " is of an older setup",
                          std::string("if you do not need it, run\nrm ") + file);
    if (found.all().empty())
        found.ok("no old hook scripts");
}

} // namespace handoff::doctor
