// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/planner.hpp"

#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"

#include <algorithm>
#include <vector>

using namespace handoff;

namespace {

const std::string gpu = "0000:01:00.0";
const std::string audio = "0000:01:00.1";
const std::string nic = "0000:02:00.0";
const std::string other_gpu = "0000:03:00.0";

Function function(unsigned device_class, const std::string& group, const std::string& driver,
                  const std::string& module) {
    Function made;
    made.device_class = device_class;
    made.group = group;
    made.driver = driver;
    made.module = module;
    made.attributes = {{"driver_override", ""}, {"power/control", "auto"}};
    return made;
}

/// A GPU with audio in group 7, on a machine with another GPU of another driver.
Machine machine_with(const std::string& driver) {
    Machine machine;
    machine.iommu = true;
    machine.functions[gpu] = function(0x030000, "7", driver, driver);
    machine.functions[audio] = function(0x040300, "7", "snd_hda_intel", "snd_hda_intel");
    machine.bound[driver] = {gpu};
    machine.bound["snd_hda_intel"] = {"0000:00:1f.3", audio};
    machine.stacks[driver].modules = {{driver, "loaded dc=1"}};
    return machine;
}

Machine nvidia_machine() {
    Machine machine = machine_with("nvidia");
    machine.stacks["nvidia"].modules = {{"nvidia_uvm", "loaded"},
                                        {"nvidia_drm", "loaded modeset=Y"},
                                        {"nvidia_modeset", "loaded"},
                                        {"nvidia", "loaded NVreg_A=1"}};
    machine.nvidia_version = "550.163.01";
    machine.nvidia_modeset = true;
    return machine;
}

Domain domain_with(const std::vector<std::string>& hostdevs) {
    return {"win11", "11111111-2222-3333-4444-555555555555", hostdevs, false};
}

std::vector<std::string> steps(const Machine& machine, const Config& config,
                               const std::vector<std::string>& hostdevs) {
    std::vector<std::string> texts;
    for (const Step& step : make_plan(machine, config, domain_with(hostdevs)))
        texts.push_back(text_of(step));
    return texts;
}

std::string refusal(const Machine& machine, const Config& config,
                    const std::vector<std::string>& hostdevs) {
    try {
        make_plan(machine, config, domain_with(hostdevs));
        return "not refused";
    } catch (const Error& error) {
        return error.what();
    }
}

const std::vector<std::string> attribute_steps{
    "attribute " + gpu + "/driver_override:  -> vfio-pci",
    "attribute " + gpu + "/power/control: auto",
    "attribute " + audio + "/driver_override:  -> vfio-pci",
    "attribute " + audio + "/power/control: auto",
};

std::vector<std::string> with_attributes(const std::vector<std::string>& rest) {
    std::vector<std::string> all = attribute_steps;
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

} // namespace

TEST_CASE("a firmware framebuffer is driven out before the card's driver changes", "[planner]") {
    Machine machine = machine_with("none");
    machine.functions[gpu].framebuffers = {"vesa-framebuffer.0"};
    const std::vector<std::string> plan = steps(machine, {}, {gpu});
    const auto at = std::ranges::find(plan, "framebuffer vesa-framebuffer.0: bound -> unbound");
    REQUIRE(at != plan.end());
    CHECK(std::ranges::find(plan, "driver 0000:01:00.1: snd_hda_intel -> vfio-pci") > at);
}

TEST_CASE("a stack is unloaded leaf first, after the audio and before the GPU") {
    CHECK(steps(nvidia_machine(), {}, {gpu, audio}) ==
          with_attributes({"driver " + audio + ": snd_hda_intel -> vfio-pci",
                           "module nvidia_uvm: loaded -> unloaded",
                           "module nvidia_drm: loaded modeset=Y -> unloaded",
                           "module nvidia_modeset: loaded -> unloaded",
                           "module nvidia: loaded NVreg_A=1 -> unloaded",
                           "driver " + gpu + ": nvidia -> vfio-pci"}));
}

TEST_CASE("the audio function goes along when only the GPU is in the XML") {
    CHECK(steps(nvidia_machine(), {}, {gpu}) == steps(nvidia_machine(), {}, {gpu, audio}));
}

TEST_CASE("a driver with another device is only unbound") {
    Machine machine = machine_with("amdgpu");
    machine.bound["amdgpu"].push_back(other_gpu);
    const std::vector<std::string> unbound =
        with_attributes({"driver " + audio + ": snd_hda_intel -> vfio-pci",
                         "driver " + gpu + ": amdgpu -> vfio-pci"});
    CHECK(steps(machine, {}, {gpu}) == unbound);

    SECTION("also when that one is with another domain") {
        machine.bound["amdgpu"] = {gpu};
        CHECK(steps(machine, {}, {gpu}) != unbound);
        machine.handed.push_back({"macos", false, {{other_gpu, "amdgpu"}}});
        CHECK(steps(machine, {}, {gpu}) == unbound);
    }
    SECTION("and unload = \"always\" is refused") {
        Config config;
        config.unload = Unload::always;
        CHECK(refusal(machine, config, {gpu}) ==
              gpu + ": amdgpu drives another device too, so it cannot be unloaded; write unload = "
                    "\"auto\" in the domain's file");
    }
}

TEST_CASE("unload = \"never\" unbinds, but never nvidia") {
    Config config;
    config.unload = Unload::never;
    CHECK(steps(machine_with("amdgpu"), config, {gpu}) ==
          with_attributes({"driver " + audio + ": snd_hda_intel -> vfio-pci",
                           "driver " + gpu + ": amdgpu -> vfio-pci"}));
    CHECK(refusal(nvidia_machine(), config, {gpu}).starts_with(gpu + ": nvidia would hang"));
}

TEST_CASE("one of two NVIDIA cards needs a driver that lets go") {
    Machine machine = nvidia_machine();
    machine.bound["nvidia"].push_back(other_gpu);
    CHECK(refusal(machine, {}, {gpu}).starts_with(gpu + ": nvidia 550.163.01 cannot let go"));
    machine.nvidia_version = "580.105.08";
    CHECK(steps(machine, {}, {gpu}).back() == "driver " + gpu + ": nvidia -> vfio-pci");
    machine.nvidia_version = "580.95.05";
    CHECK(refusal(machine, {}, {gpu}) != "not refused");
    machine.nvidia_modeset = false;
    CHECK(refusal(machine, {}, {gpu}) == "not refused");
}

TEST_CASE("a built-in driver and a free card need no module") {
    Machine machine = machine_with("amdgpu");
    machine.functions[gpu].module.clear();
    CHECK(steps(machine, {}, {gpu}).back() == "driver " + gpu + ": amdgpu -> vfio-pci");
    machine.functions[gpu].driver = "none";
    CHECK(steps(machine, {}, {gpu}).back() == "driver " + gpu + ": none -> vfio-pci");
}

TEST_CASE("a card that is on vfio-pci or a variant already stays there") {
    Machine machine = machine_with("amdgpu");
    machine.functions[gpu].driver = "vendor-vfio-pci";
    machine.functions[gpu].vfio = true;
    CHECK(steps(machine, {}, {gpu}).back() == "driver " + gpu + ": vendor-vfio-pci");
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

TEST_CASE("without an IOMMU the start is refused") {
    Machine machine = machine_with("amdgpu");
    machine.iommu = false;
    CHECK(refusal(machine, {}, {gpu}).starts_with(gpu + ": the IOMMU is off; "));
    machine.iommu = true;
    machine.functions[audio].group.clear();
    CHECK(refusal(machine, {}, {gpu}).starts_with(audio + ": the IOMMU is off; "));
}

TEST_CASE("a device of the host in the GPU's group is refused by name, unless it is listed") {
    Machine machine = machine_with("amdgpu");
    machine.functions[nic] = function(0x020000, "7", "igc", "igc");
    machine.functions[nic].name = "Intel I225-V";
    CHECK(refusal(machine, {}, {gpu}) ==
          nic + ": Intel I225-V shares IOMMU group 7 with the GPU, and igc uses it; list it in "
                "devices to give it away too, or move the card");
    Config config;
    config.devices = {gpu, nic};
    const std::vector<std::string> all = steps(machine, config, {gpu});
    CHECK(std::ranges::find(all, "driver " + nic + ": igc -> vfio-pci") != all.end());

    SECTION("but never when the host needs it") {
        machine.functions[nic].uses = {"eth0 has an address"};
        CHECK(refusal(machine, config, {gpu}) ==
              nic + ": eth0 has an address; free it, or leave it out of the domain");
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
    machine.handed.push_back({"macos", false, {{audio, "snd_hda_intel"}}});
    CHECK(refusal(machine, {}, {gpu}) ==
          audio + ": already handed over to domain macos; shut that domain down first");
    machine.handed[0].left_over = true;
    CHECK(refusal(machine, {}, {gpu}) ==
          audio + ": not given back when domain macos ended; run gpu-handoff recover");
}
