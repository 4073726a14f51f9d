// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/planner.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/planned.hpp"

#include <algorithm>

using namespace handoff;
using namespace planned;

namespace {

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
          with_attributes(
              {"driver " + audio + ": snd_hda_intel -> vfio-pci",
               "module nvidia_uvm: loaded -> unloaded", "module nvidia_drm: loaded -> unloaded",
               "module nvidia_modeset: loaded -> unloaded", "module nvidia: loaded -> unloaded",
               "driver " + gpu + ": nvidia -> vfio-pci"}));
}

TEST_CASE("a driver that could not be loaded again is not taken from its card") {
    Machine machine = machine_with("amdgpu");
    machine.modules_gone = true;
    CHECK(refusal(machine, {.unload = Unload::never}, {gpu}) ==
          gpu + ": its driver could not be loaded again: the running kernel's modules are gone; "
                "restart the host if its kernel was updated, else mkdir -p "
                "/lib/modules/$(uname -r) && depmod");
    CHECK(steps(machine, {}, {}).empty());
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
        machine.handed.push_back({"macos", "its uuid", false, {{other_gpu, "amdgpu"}}});
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
