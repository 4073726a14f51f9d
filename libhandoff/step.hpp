// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// What kind of thing a step changes. The names are the words of the journal: they stay readable
/// for ever.
enum class Kind {
    attribute, ///< subject "0000:01:00.0/driver_override": a sysfs attribute of a PCI function;
               ///< state: its text
    card,    ///< subject: the PCI function of a DRM or sound card; state: "present", or "withdrawn"
             ///< in udev's database, which lets a compositor or sound server let go of it
    unit,    ///< subject "lightdm.service" or "user@1000:pipewire.service"; state: "active" or
             ///< "inactive"
    session, ///< subject: a logind session's id, or a unit that ends with it
             ///< ("user@1000:plasma-kwin_wayland.service"); state: "active" or "ended"; no return
    process, ///< subject "PID START NAME" (START as in ProcessId); state: "running" or "ended"; no
             ///< return
    framebuffer, ///< subject "vesa-framebuffer.0": the firmware's, on the card; state: "bound" or
                 ///< "unbound"; no return, the kernel has none before a restart
    module,      ///< subject "nvidia_drm"; state: "unloaded" or "loaded name=value ..."
    driver,      ///< subject "0000:01:00.0"; state: the driver's name, or "none"
};

std::string_view name_of(Kind kind);

/// Whether the return has something to do: what was ended stays so.
bool has_return(Kind kind);

/// One change to one thing on the host. Undoing it is the same step with the states exchanged.
struct Step {
    Kind kind;
    std::string subject;
    std::string from; ///< its state when the machine was probed: what the return restores
    std::string
        to; ///< the state the domain needs; equal to `from` where others may change it meanwhile

    bool operator==(const Step&) const = default;
};

using Plan = std::vector<Step>;

/// "driver 0000:01:00.0: amdgpu -> vfio-pci", for the log and for people.
std::string text_of(const Step& step);

} // namespace handoff
