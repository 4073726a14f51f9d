// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/error.hpp"
#include "libhandoff/planner.hpp"

#include <string>
#include <vector>

/// Machines for the planner, and what it makes of them.
namespace planned {

inline const std::string gpu = "0000:01:00.0";
inline const std::string audio = "0000:01:00.1";
inline const std::string nic = "0000:02:00.0";
inline const std::string other_gpu = "0000:03:00.0";

inline handoff::Function function(unsigned device_class, const std::string& group,
                                  const std::string& driver, const std::string& module) {
    handoff::Function made;
    made.device_class = device_class;
    made.group = group;
    made.driver = driver;
    made.module = module;
    made.attributes = {{"driver_override", ""}, {"power/control", "auto"}};
    return made;
}

/// A GPU with audio in group 7, on a machine with another GPU of another driver.
inline handoff::Machine machine_with(const std::string& driver) {
    handoff::Machine machine;
    machine.iommu = true;
    machine.functions[gpu] = function(0x030000, "7", driver, driver);
    machine.functions[audio] = function(0x040300, "7", "snd_hda_intel", "snd_hda_intel");
    machine.bound[driver] = {gpu};
    machine.bound["snd_hda_intel"] = {"0000:00:1f.3", audio};
    machine.stacks[driver].modules = {{driver, "loaded dc=1"}};
    return machine;
}

inline handoff::Machine nvidia_machine() {
    handoff::Machine machine = machine_with("nvidia");
    machine.stacks["nvidia"].modules = {{"nvidia_uvm", "loaded"},
                                        {"nvidia_drm", "loaded modeset=Y"},
                                        {"nvidia_modeset", "loaded"},
                                        {"nvidia", "loaded NVreg_A=1"}};
    machine.nvidia_version = "550.163.01";
    machine.nvidia_modeset = true;
    return machine;
}

inline handoff::Domain domain_with(const std::vector<std::string>& hostdevs) {
    return {"win11", "11111111-2222-3333-4444-555555555555", hostdevs, false};
}

inline std::vector<std::string> steps(const handoff::Machine& machine,
                                      const handoff::Config& config,
                                      const std::vector<std::string>& hostdevs) {
    std::vector<std::string> texts;
    for (const handoff::Step& step : make_plan(machine, config, domain_with(hostdevs)))
        texts.push_back(text_of(step));
    return texts;
}

inline std::string refusal(const handoff::Machine& machine, const handoff::Config& config,
                           const std::vector<std::string>& hostdevs) {
    try {
        make_plan(machine, config, domain_with(hostdevs));
        return "not refused";
    } catch (const handoff::Error& error) {
        return error.what();
    }
}

} // namespace planned
