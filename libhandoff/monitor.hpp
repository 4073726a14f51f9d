// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// A screen with one cable to the host and another to the guest's card, as the domain's file has
/// it. An input is a value of the screen's VCP feature 0x60 (VESA MCCS), 1 to 255.
struct MonitorSetting {
    std::string name = {};   ///< the model that its EDID names; empty: the only one that answers
    std::string serial = {}; ///< as its EDID has it; empty: any
    int guest = 0;
    int host = 0; ///< 0: the one it showed when the domain had started

    bool operator==(const MonitorSetting&) const = default;
};

/// A screen and the input it is switched to when the domain has ended.
struct MonitorReturn {
    std::string name;
    std::string serial;
    int input = 0;

    bool operator==(const MonitorReturn&) const = default;
};

/// The number of an input by its name in MCCS, of those that a graphics card can be wired to:
/// "hdmi-1". Nothing for other names: many monitors have numbers of their own.
std::optional<int> input_of(std::string_view name);
/// "hdmi-1", or "0x1b".
std::string name_of_input(int input);

/// "monitor DELL U2720Q: -> hdmi-1", for people.
std::string text_of(const MonitorSetting& setting);

/// A screen that is wired to the host.
struct Monitor {
    std::string name;
    std::string serial;
    bool answers = true; ///< over DDC/CI: a laptop's panel, or one that has it turned off, does not
    /// By the cable to the card that was handed over, and is back: only asked where the other cable
    /// does not answer, as with a screen that listens at the input it shows.
    bool by_guests_cable = false;
};

/// The screens that are wired to the host. What is asked of one throws std::exception.
class Monitors {
public:
    Monitors() = default;
    Monitors(const Monitors&) = delete;
    Monitors& operator=(const Monitors&) = delete;
    virtual ~Monitors() = default;

    /// In an order that stays.
    [[nodiscard]] virtual const std::vector<Monitor>& all() const = 0;
    /// By the place in all(). 0 if the screen does not say.
    virtual int input(std::size_t monitor) = 0;
    virtual void set_input(std::size_t monitor, int input) = 0;
};

/// What became of it, each a line for the log.
struct Switched {
    std::vector<std::string> done;
    std::vector<std::string> problems;
};

/// Switches each screen to the guest's input, and goes on past failures. Before a screen is
/// switched `keep` is told where it returns to; one of which nobody knows that is left alone, since
/// its person would have to find the button behind it. Nobody knows it either of one that shows the
/// guest's input already.
Switched switch_to_guest(Monitors& monitors, const std::vector<MonitorSetting>& wanted,
                         const std::function<void(const MonitorReturn&)>& keep);

/// Switches each screen back, and goes on past failures.
Switched switch_back(Monitors& monitors, const std::vector<MonitorReturn>& returns);

} // namespace handoff
