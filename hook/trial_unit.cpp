// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/trial_unit.hpp"

#include "libhandoff/bus.hpp"
#include "libhandoff/unit_control.hpp"

#include <string_view>

namespace handoff {
namespace {

constexpr std::string_view unit_prefix = "gpu-handoff-trial-";
constexpr std::string_view unit_suffix = ".service";
constexpr std::string_view description = "A graphics card on trial by domain ";

std::string unit_of(const std::string& uuid) {
    return std::string(unit_prefix).append(uuid).append(unit_suffix);
}

} // namespace

void start_trial(const Roots& roots, const TrialOrder& order, const Fd& answer,
                 const Deadline& deadline) {
    const std::string unit = unit_of(order.uuid);
    const std::string program = roots.usr / "libexec/gpu-handoff/trial";
    const std::string seconds = std::to_string(order.time.count());
    const std::string text = std::string(description) + order.domain;
    const std::string directory = unit.substr(0, unit.size() - unit_suffix.size());
    try {
        // Killed without an answer it goes on, and its directory tells it where it was.
        Bus::of_system(roots, deadline)
            .call(deadline, systemd_manager(), "StartTransientUnit", "ssa(sv)a(sa(sv))",
                  unit.c_str(), "fail", 8,                           //
                  "Description", "s", text.c_str(),                  //
                  "Type", "s", "exec",                               //
                  "CollectMode", "s", "inactive-or-failed",          //
                  "Restart", "s", "on-abnormal",                     //
                  "RuntimeDirectory", "as", 1, directory.c_str(),    //
                  "RuntimeDirectoryPreserve", "s", "restart",        //
                  "StandardOutputFileDescriptor", "h", answer.get(), //
                  "ExecStart", "a(sasb)", 1, program.c_str(), 4,     //
                  program.c_str(), order.uuid.c_str(), seconds.c_str(), order.uri.c_str(), 0, 0);
    } catch (const BusError& error) {
        if (error.name() == "org.freedesktop.systemd1.UnitExists")
            throw Error("domain '" + order.domain + "'", "is on trial already",
                        "gpu-handoff keep lets it run on");
        throw;
    }
}

std::vector<Trial> trials(const Roots& roots, const Deadline& deadline) {
    const std::string pattern = unit_of("*");
    const Message answer = Bus::of_system(roots, deadline)
                               .call(deadline, systemd_manager(), "ListUnitsByPatterns", "asas", 2,
                                     "active", "activating", 1, pattern.c_str());
    std::vector<Trial> found;
    const char* name = nullptr;
    const char* text = nullptr;
    constexpr const char** no_text = nullptr;
    constexpr std::uint32_t* no_number = nullptr;
    if (!answer.enter('a', "(ssssssouso)"))
        return found;
    while (answer.read("(ssssssouso)", &name, &text, no_text, no_text, no_text, no_text, no_text,
                       no_number, no_text, no_text)) {
        const std::string unit = name;
        const std::string_view domain = text;
        found.push_back(
            {unit.substr(unit_prefix.size(), unit.size() - unit_prefix.size() - unit_suffix.size()),
             std::string(domain.substr(std::min(description.size(), domain.size()))), unit});
    }
    return found;
}

} // namespace handoff
