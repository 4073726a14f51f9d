// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/layout.hpp"
#include "hook/libvirt.hpp"
#include "libhandoff/journal.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <cstddef>
#include <filesystem>
#include <sstream>
#include <string>
#include <unistd.h>

/// What list, plan and status are asked about.
namespace reported {

inline const std::string gpu = "0000:01:00.0";
inline const std::string audio = "0000:01:00.1";
inline const std::string nic = "0000:02:00.0";
inline const std::string uuid = "11111111-2222-3333-4444-555555555555";
inline const std::string other_uuid = "99999999-2222-3333-4444-555555555555";

/// A function in group 7.
inline void add_function(const Tree& tree, const std::string& address, const std::string& code,
                         const std::string& driver) {
    const std::string directory = "sys/bus/pci/devices/" + address;
    tree.file(directory + "/class", code + "\n");
    tree.file(directory + "/vendor", "0x1234\n");
    tree.file(directory + "/device", "0xabcd\n");
    tree.file(directory + "/driver_override", "(null)\n");
    tree.link(directory + "/driver", "../../drivers/" + driver);
    tree.link(directory + "/iommu_group", "../../../../kernel/iommu_groups/7");
    tree.folder("sys/kernel/iommu_groups/7/devices/" + address);
    tree.link("sys/bus/pci/drivers/" + driver + "/" + address, "../../devices/" + address);
}

/// A GPU with audio, whose driver is built in, and vfio-pci is loaded.
struct Computer : Tree {
    Computer() {
        add_function(*this, gpu, "0x030000", "bochs-drm");
        add_function(*this, audio, "0x040300", "snd_hda_intel");
        file("sys/bus/pci/devices/" + gpu + "/boot_vga", "1\n");
        folder("sys/class/iommu/dmar0");
        folder("sys/bus/pci/drivers/vfio-pci");
        folder("dev/vfio/vfio");
        folder("proc");
        folder("run");
        link("sys/class/drm/card0/device", "../../../bus/pci/devices/" + gpu);
        file("sys/class/drm/card0-VGA-1/status", "connected\n");
        file("sys/class/drm/card0-VGA-1/enabled", "enabled\n");
    }
    void configure(const std::string& domain, const std::string& text) const {
        file("etc/domains/" + domain + ".toml", text);
    }
};

inline handoff::LibvirtDomain win11(bool active, const std::string& metadata) {
    std::string xml =
        "<domain><name>win11</name><uuid>" + uuid + "</uuid>" + metadata + "<devices>";
    for (const char function : {'0', '1'})
        xml += std::string("<hostdev mode='subsystem' type='pci'><source><address domain='0x0000' "
                           "bus='0x01' slot='0x00' function='0x") +
               function + "'/></source></hostdev>";
    return {"win11", uuid, active, true, xml + "</devices></domain>"};
}

/// A journal that has the GPU; its daemon is this process, or has ended.
inline void add_journal(const Tree& tree, const std::string& domain, const std::string& id,
                        bool live) {
    handoff::Record record;
    record.domain = domain;
    record.uuid = id;
    record.daemon = live ? handoff::process(::getpid()).value() : handoff::ProcessId{1 << 22, "1"};
    std::filesystem::create_symlink("/proc/" + std::to_string(::getpid()),
                                    tree.roots.proc / std::to_string(::getpid()));
    handoff::Journal journal = handoff::Journal::create(tree.roots.journals(), record);
    journal.append({{handoff::Kind::driver, gpu, "bochs-drm", "vfio-pci"}});
}

inline void check_width(const std::string& text, std::size_t columns) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        INFO(line);
        CHECK(handoff::width(line) <= columns);
    }
}

} // namespace reported
