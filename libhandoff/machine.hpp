// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/desktop.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/gate.hpp"
#include "libhandoff/holders.hpp"
#include "libhandoff/nodes.hpp"
#include "libhandoff/sysfs.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace handoff {

/// A PCI function as it is now.
struct Function {
    unsigned device_class = 0; ///< 24 bits, as in sysfs: 0x030000 is a VGA controller
    bool bridge = false;       ///< header type 1 or 2: stays with the host
    bool is_virtual = false;   ///< of SR-IOV, see is_virtual()
    bool dead = false;         ///< does not answer: its configuration space reads ff
    std::string group;         ///< number of its IOMMU group; empty without an IOMMU
    std::string driver;        ///< or "none"
    std::string module; ///< the driver's module; empty when it is built in or there is no driver
    bool vfio = false;  ///< the driver is vfio-pci or a variant of it
    /// driver_override ("" when unset), power/control, d3cold_allowed, reset_method: those that
    /// exist
    std::map<std::string, std::string> attributes;
    /// Why the host cannot do without it: "/home is mounted from /dev/nvme0n1p2", "eth0 has an
    /// address".
    std::vector<std::string> uses;
    std::vector<Node> nodes; ///< through which processes hold it
    /// Of the firmware, in its memory, as far as vfio-pci does not drive them out itself.
    std::vector<std::string> framebuffers;
    bool boot_vga = false; ///< the firmware's screen; a compositor's first choice
    std::string name;      ///< for people, by libpci; only for functions outside a GPU's slot

    bool operator==(const Function&) const = default;
};

/// What another domain has, by its journal.
struct Handed {
    std::string domain;
    std::string uuid;
    bool left_over = false; ///< the domain has ended, but not everything could be given back
    std::map<std::string, std::string> drivers; ///< function -> the driver it goes back to

    bool operator==(const Handed&) const = default;
};

/// A module that can be unloaded, with everything on top of it.
struct Stack {
    std::vector<std::pair<std::string, std::string>> modules; ///< name and state, leaf first
    std::vector<Node> nodes;                                  ///< that pin its modules

    bool operator==(const Stack&) const = default;
};

/// The machine as far as a domain's handoff is concerned: plain data, read once.
struct Machine {
    bool iommu = false;
    /// The domain's PCI hostdevs and listed devices, the functions of their slots and of their
    /// IOMMU groups, by address.
    std::map<std::string, Function> functions;
    /// Functions that are bound to the drivers of those functions.
    std::map<std::string, std::vector<std::string>> bound;
    std::map<std::string, Stack> stacks; ///< of the display functions' drivers, by module
    bool modules_gone = false;   ///< those of the running kernel are not on the disk any more
    std::vector<Handed> handed;  ///< what other domains have, or left behind
    std::vector<Holder> holders; ///< of those functions and stacks
    Desktop desktop;             ///< if there are holders
    std::string nvidia_version;  ///< "550.163.01"; empty when the driver is not loaded
    bool nvidia_modeset = false; ///< nvidia_drm drives screens: a client inside the kernel

    bool operator==(const Machine&) const = default;
};

/// Display-class functions: 0x03xxxx.
bool is_display(const Function& function);
bool is_display(const Roots& roots, const std::string& address);

/// A virtual function of SR-IOV: a part of the card that "physfn" names, and no function of the
/// slot that its address says.
bool is_virtual(const Roots& roots, const std::string& address);

/// Whether the function is on vfio-pci, or on a variant of it: libvirt 10 and newer may choose one.
bool on_vfio(const Roots& roots, const std::string& address);

/// Who holds any of the nodes now.
using LookForHolders =
    std::function<std::vector<Holder>(const std::vector<Node>&, const Deadline&)>;

/// Reads the machine, for those who only look. Throws as below, and what `look` does.
Machine probe(const Roots& roots, const Domain& domain, const Config& config,
              std::vector<Handed> handed, const LookForHolders& look, const Deadline& deadline);

/// Reads the machine for a handoff. The gate remembers what nobody holds. Throws StuckFunction when
/// a function does not answer, Error when the processes cannot be looked at, and std::system_error.
Machine probe(const Roots& roots, const Domain& domain, const Config& config,
              std::vector<Handed> handed, HolderGate& gate, const Deadline& deadline);

} // namespace handoff
