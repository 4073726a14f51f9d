// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/selection.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/planned.hpp"

#include <algorithm>

using namespace handoff;
using namespace planned;

TEST_CASE("the audio function goes along when only the GPU is in the XML") {
    CHECK(steps(nvidia_machine(), {}, {gpu}) == steps(nvidia_machine(), {}, {gpu, audio}));
}

TEST_CASE("a domain without a GPU hands nothing over") {
    Machine machine;
    machine.functions[nic] = function(0x020000, "9", "igc", "igc");
    CHECK(steps(machine, {}, {}).empty());
    CHECK(steps(machine, {}, {nic}).empty());
}

TEST_CASE("what is not there is refused") {
    CHECK(refusal(machine_with("amdgpu"), {}, {gpu, "0000:09:00.0"}) ==
          "0000:09:00.0: there is no such PCI device; correct the <hostdev> of win11");
    Config config;
    config.devices = {gpu, "0000:09:00.0"};
    CHECK(refusal(machine_with("amdgpu"), config, {gpu}) ==
          "0000:09:00.0: there is no such PCI device; correct devices in its file");
}

TEST_CASE("a virtual function goes alone, and without its card") {
    Machine machine = machine_with("i915");
    const std::string part = "0000:01:00.2";
    machine.functions[part] = function(0x030000, "8", "none", "");
    machine.functions[part].is_virtual = true;
    const std::vector<std::string> of_part{"attribute " + part + "/driver_override:  -> vfio-pci",
                                           "attribute " + part + "/power/control: auto",
                                           "driver " + part + ": none -> vfio-pci"};
    CHECK(steps(machine, {}, {part}) == of_part);
    CHECK(steps(machine, {}, {gpu}) == steps(machine_with("i915"), {}, {gpu}));
}

TEST_CASE("without an IOMMU the start is refused") {
    Machine machine = machine_with("amdgpu");
    machine.iommu = false;
    CHECK(refusal(machine, {}, {gpu}).starts_with(gpu + ": the IOMMU is off; "));
    machine.iommu = true;
    machine.functions[audio].group.clear();
    CHECK(refusal(machine, {}, {gpu}).starts_with(audio + ": has no IOMMU group; "));
}

TEST_CASE("a device of the host in the GPU's group is refused by name, unless it is listed") {
    Machine machine = machine_with("amdgpu");
    machine.functions[nic] = function(0x020000, "7", "igc", "igc");
    machine.functions[nic].name = "Intel I225-V";
    CHECK(refusal(machine, {}, {gpu}) ==
          nic + ": Intel I225-V shares IOMMU group 7 with the GPU, and igc uses it; list both in "
                "devices, or put the card into another slot");
    Config config;
    config.devices = {gpu, nic};
    const std::vector<std::string> all = steps(machine, config, {gpu});
    CHECK(std::ranges::find(all, "driver " + nic + ": igc -> vfio-pci") != all.end());

    SECTION("but never when the host needs it") {
        machine.functions[nic].uses = {"eth0 has an address"};
        CHECK(refusal(machine, config, {gpu}) == nic + ": eth0 has an address; free it first");
    }
    SECTION("an unused one goes along, a bridge stays, the domain's own is libvirt's") {
        machine.functions[nic].driver = "none";
        CHECK(steps(machine, {}, {gpu}).size() == steps(machine, config, {gpu}).size());
        machine.functions[nic].driver = "pcieport";
        machine.functions[nic].bridge = true;
        CHECK(steps(machine, {}, {gpu}) == steps(machine_with("amdgpu"), {}, {gpu}));
        machine.functions[nic] = function(0x020000, "7", "igc", "igc");
        CHECK(steps(machine, {}, {gpu, nic}) == steps(machine_with("amdgpu"), {}, {gpu}));
    }
}

TEST_CASE("a disk behind the card's own functions keeps it on the host") {
    Machine machine = machine_with("amdgpu");
    machine.functions["0000:01:00.2"] = function(0x0c0330, "7", "xhci_hcd", "xhci_hcd");
    machine.functions["0000:01:00.2"].uses = {"/media/usb is mounted from /dev/sdb1"};
    CHECK(refusal(machine, {}, {gpu}).starts_with("0000:01:00.2: /media/usb is mounted"));
}

TEST_CASE("a list of devices must fit the domain") {
    Machine machine = machine_with("amdgpu");
    machine.functions[nic] = function(0x020000, "9", "igc", "igc");
    Config config;
    config.devices = {gpu, nic};
    CHECK(refusal(machine, config, {gpu}).starts_with(nic + ": listed in devices, but neither"));
    CHECK(refusal(machine, config, {gpu, nic}) == "not refused");
    config.devices = {nic};
    CHECK(refusal(machine, config, {gpu, nic})
              .starts_with(gpu + ": a GPU of win11 that devices in its file leaves out"));
}

TEST_CASE("a device that does not answer is refused, and not taken for something else") {
    Machine machine = machine_with("amdgpu");
    machine.functions[gpu].dead = true;
    CHECK(refusal(machine, {}, {gpu}) ==
          gpu + ": does not answer any more (its configuration space reads ff); restart the host");
}

TEST_CASE("a bridge stays with the host, also when it is listed") {
    const std::string port = "0000:00:01.0";
    Machine machine = machine_with("amdgpu");
    machine.functions[port] = function(0x060400, "7", "pcieport", "");
    machine.functions[port].bridge = true;
    Config config;
    config.devices = {port, gpu};
    CHECK(refusal(machine, config, {gpu}) ==
          port + ": is a bridge, which stays with the host; take it out of devices");
}

TEST_CASE("a function of another domain is refused with that domain's name") {
    Machine machine = machine_with("amdgpu");
    machine.handed.push_back({"macos", "its uuid", false, {{audio, "snd_hda_intel"}}});
    CHECK(refusal(machine, {}, {gpu}) ==
          audio + ": already handed over to domain macos; shut that domain down first "
                  "(if it is off: gpu-handoff recover macos)");
    machine.handed[0].left_over = true;
    CHECK(refusal(machine, {}, {gpu}) ==
          audio + ": not given back when domain macos ended; run gpu-handoff recover");
}
