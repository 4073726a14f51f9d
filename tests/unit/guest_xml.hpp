// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/domain_setup.hpp"
#include "tests/unit/catch.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// Domains for gpu-handoff setup, as libvirt writes them.
namespace guest_xml {

inline const std::vector<std::string> card{"0000:01:00.0", "0000:01:00.1"};
inline const handoff::SetupWish only_card{card, {}, false};

/// A domain as libvirt writes it.
inline std::string domain(const std::string& devices, const std::string& before = "") {
    return "<domain type='kvm'>\n"
           "  <name>win &amp; &quot;11&quot;</name>\n"
           "  <uuid>11111111-2222-3333-4444-555555555555</uuid>\n" +
           before +
           "  <os>\n"
           "    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>\n"
           "  </os>\n"
           "  <devices>\n"
           "    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n" +
           devices +
           "  </devices>\n"
           "</domain>";
}

inline std::string controller(int index, const std::string& model, int slot) {
    return "    <controller type='pci' index='" + std::to_string(index) + "' model='" + model +
           "'>\n      <address type='pci' domain='0x0000' bus='0x00' slot='0x0" +
           std::to_string(slot) + "' function='0x0'/>\n    </controller>\n";
}

inline const std::string q35_root = "    <controller type='pci' index='0' model='pcie-root'/>\n";
inline const std::string i440fx_root = "    <controller type='pci' index='0' model='pci-root'/>\n";
inline const std::string memballoon =
    "    <memballoon model='virtio'>\n"
    "      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
    "    </memballoon>\n";

inline std::string hostdev(const std::string& function, const std::string& guest,
                           const std::string& managed) {
    return "    <hostdev mode='subsystem' type='pci' managed='" + managed +
           "'>\n      <source>\n        <address domain='0x0000' bus='0x01' slot='0x00' "
           "function='" +
           function + "'/>\n      </source>\n      <address type='pci' domain='0x0000' " + guest +
           "/>\n      <rom bar='off'/>\n    </hostdev>\n";
}

/// A domain that has the card's first function in the guest's slot 7 already.
inline std::string with_gpu_in_slot_7(const std::string& managed, const std::string& more = "") {
    return domain(i440fx_root + hostdev("0x0", "bus='0x00' slot='0x07' function='0x0'", managed) +
                  more);
}

inline const std::string q35 = domain(q35_root + controller(1, "pcie-root-port", 2) + memballoon);

inline bool has(const std::string& xml, const std::string& part) {
    return xml.find(part) != std::string::npos;
}

inline std::size_t count(const std::string& xml, const std::string& part) {
    std::size_t number = 0;
    for (std::size_t at = xml.find(part); at != std::string::npos; at = xml.find(part, at + 1))
        ++number;
    return number;
}

/// What setup makes of it; that its undoing gives the XML as it was is checked.
inline std::string set_up_and_back(const std::string& before, const handoff::SetupWish& wish) {
    std::string xml = handoff::set_up(before, wish);
    CHECK(handoff::undo_set_up(xml) == handoff::as_written(before));
    return xml;
}

} // namespace guest_xml
