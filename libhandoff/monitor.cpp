// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/monitor.hpp"

#include "libhandoff/error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace handoff {
namespace {

struct Input {
    std::string_view name;
    int number;
};

constexpr std::array inputs{
    Input{"vga-1", 0x01}, Input{"vga-2", 0x02}, Input{"dvi-1", 0x03},  Input{"dvi-2", 0x04},
    Input{"dp-1", 0x0f},  Input{"dp-2", 0x10},  Input{"hdmi-1", 0x11}, Input{"hdmi-2", 0x12},
};

/// "monitor DELL U2720Q 7XYZ", for people.
std::string text_of(const std::string& name, const std::string& serial) {
    std::string text = "monitor";
    for (const std::string& part : {name, serial})
        if (!part.empty())
            text.append(" ").append(part);
    return text;
}

std::string names_of(const std::vector<Monitor>& all, const std::vector<std::size_t>& places) {
    std::string text;
    for (const std::size_t place : places)
        text.append(text.empty() ? "" : ", ")
            .append(all[place].name)
            .append(all[place].serial.empty() ? "" : " ")
            .append(all[place].serial);
    return text;
}

std::vector<std::size_t> places(const std::vector<Monitor>& all, const std::string& name,
                                const std::string& serial) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < all.size(); ++i)
        if ((name.empty() || all[i].name == name) && (serial.empty() || all[i].serial == serial))
            found.push_back(i);
    return found;
}

/// The place of the one that is meant. Throws Error.
std::size_t find(const std::vector<Monitor>& all, const std::string& name,
                 const std::string& serial) {
    const std::vector<std::size_t> fitting = places(all, name, serial);
    std::vector<std::size_t> answering;
    for (const bool by_guests_cable : {false, true})
        if (answering.empty())
            std::ranges::copy_if(fitting, std::back_inserter(answering), [&](std::size_t place) {
                return all[place].answers && all[place].by_guests_cable == by_guests_cable;
            });
    if (answering.size() == 1)
        return answering.front();
    const std::string subject = text_of(name, serial);
    if (answering.size() > 1)
        throw Error(subject, "may be any of " + names_of(all, answering),
                    "write the name and serial of the one that is meant");
    if (!fitting.empty())
        throw Error(subject, "does not answer over DDC/CI", "turn DDC/CI on in the screen's menu");
    std::vector<std::size_t> hosts = places(all, {}, {});
    std::erase_if(hosts, [&](std::size_t place) { return all[place].by_guests_cable; });
    if (hosts.empty())
        throw Error(subject, "no screen is wired to the host",
                    "wire it to the host too, not only to the guest's card");
    throw Error(subject, "is not among the host's screens",
                "write one of their names: " + names_of(all, hosts));
}

int input_to_return_to(Monitors& monitors, std::size_t place, const MonitorSetting& setting) {
    if (setting.host != 0)
        return setting.host;
    std::string wrong = "does not say which input it shows";
    try {
        const int shown = monitors.input(place);
        if (shown == setting.guest)
            wrong = "shows " + name_of_input(shown) + " already";
        else if (shown != 0)
            return shown;
    } catch (const std::exception& error) {
        wrong.append(" (").append(error.what()).append(")");
    }
    const Monitor& monitor = monitors.all()[place];
    throw Error(text_of(monitor.name, monitor.serial), wrong + ", and is left alone",
                "write the host's input");
}

std::string change(const MonitorReturn& monitor, int from, int to) {
    return text_of(monitor.name, monitor.serial) + ": " + name_of_input(from) + " -> " +
           name_of_input(to);
}

/// Whatever goes wrong with one screen is said, and the next one is looked at.
void attempt(Switched& switched, const std::string& failed,
             const std::function<std::string()>& change) {
    try {
        switched.done.push_back(change());
    } catch (const Error& error) {
        switched.problems.emplace_back(error.what());
    } catch (const std::exception& error) {
        switched.problems.push_back(failed + ": " + error.what());
    }
}

} // namespace

std::optional<int> input_of(std::string_view name) {
    const auto* known = std::ranges::find(inputs, name, &Input::name);
    if (known == inputs.end())
        return std::nullopt;
    return known->number;
}

std::string name_of_input(int input) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr int sixteen = 16;
    const auto* known = std::ranges::find(inputs, input, &Input::number);
    if (known != inputs.end())
        return std::string(known->name);
    return {'0', 'x', digits.at(static_cast<std::size_t>(input / sixteen) % sixteen),
            digits.at(static_cast<std::size_t>(input % sixteen))};
}

std::string text_of(const MonitorSetting& setting) {
    return text_of(setting.name, setting.serial) + ": -> " + name_of_input(setting.guest);
}

Switched switch_to_guest(Monitors& monitors, const std::vector<MonitorSetting>& wanted,
                         const std::function<void(const MonitorReturn&)>& keep) {
    Switched switched;
    for (const MonitorSetting& setting : wanted)
        attempt(switched, text_of(setting.name, setting.serial) + ": not switched", [&] {
            const std::size_t place = find(monitors.all(), setting.name, setting.serial);
            const Monitor& monitor = monitors.all()[place];
            const MonitorReturn back{monitor.name, monitor.serial,
                                     input_to_return_to(monitors, place, setting)};
            keep(back);
            monitors.set_input(place, setting.guest);
            return change(back, back.input, setting.guest);
        });
    return switched;
}

Switched switch_back(Monitors& monitors, const std::vector<MonitorReturn>& returns) {
    Switched switched;
    for (const MonitorReturn& back : returns) {
        const std::string monitor = text_of(back.name, back.serial);
        attempt(switched, monitor + ": not switched back", [&] {
            monitors.set_input(find(monitors.all(), back.name, back.serial), back.input);
            return monitor + ": -> " + name_of_input(back.input);
        });
    }
    return switched;
}

} // namespace handoff
