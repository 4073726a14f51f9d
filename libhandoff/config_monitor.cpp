// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config_setting.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace handoff {
namespace {

constexpr std::string_view example =
    R"(write it like { name = "DELL U2720Q", guest = "hdmi-1", host = "dp-1" })";
constexpr std::int64_t max_input = 255; // what one byte holds; the other one is the monitor's own

std::string text(const Setting& setting) {
    const auto value = setting.value.value_exact<std::string_view>();
    if (!value || value->empty())
        throw wrong(setting, "is not a word in quotes", example);
    return std::string(*value);
}

int input(const Setting& setting) {
    if (const auto number = setting.value.value_exact<std::int64_t>();
        number && *number >= 1 && *number <= max_input)
        return static_cast<int>(*number);
    const auto name = setting.value.value_exact<std::string_view>();
    if (const std::optional<int> known = name ? input_of(*name) : std::nullopt)
        return *known;
    throw wrong(setting, "is no input",
                R"(write "hdmi-1", "dp-1", "dvi-1", "vga-1" (or -2), or a number from 1 to 255)");
}

struct Key {
    std::string_view name;
    void (*set)(MonitorSetting&, const Setting&);
};

constexpr std::array keys{
    Key{"guest", [](MonitorSetting& monitor, const Setting& to) { monitor.guest = input(to); }},
    Key{"host", [](MonitorSetting& monitor, const Setting& to) { monitor.host = input(to); }},
    Key{"name", [](MonitorSetting& monitor, const Setting& to) { monitor.name = text(to); }},
    Key{"serial", [](MonitorSetting& monitor, const Setting& to) { monitor.serial = text(to); }},
};

MonitorSetting monitor(const Setting& setting, const toml::node& item) {
    const toml::table* table = item.as_table();
    if (table == nullptr)
        throw wrong(setting, item, "a monitor is not a table", example);
    MonitorSetting monitor;
    for (const auto& [key, value] : *table) {
        const std::string name = "monitor." + std::string(key.str());
        const auto* known = std::ranges::find(keys, key.str(), &Key::name);
        if (known == keys.end())
            throw Error(at_line(setting.file, key.source().begin.line) + ": " + name, "unknown key",
                        "the keys of a monitor are guest, host, name, serial");
        known->set(monitor, {.value = value, .key = name, .file = setting.file});
    }
    if (monitor.guest == 0)
        throw wrong(setting, item, "does not say the guest's input", example);
    if (monitor.guest == monitor.host)
        throw wrong(setting, item, "guest and host are the same input", example);
    return monitor;
}

} // namespace

void set_monitor(Config& config, const Setting& setting) {
    std::vector<MonitorSetting> monitors;
    if (const toml::array* items = setting.value.as_array())
        for (const toml::node& item : *items)
            monitors.push_back(monitor(setting, item));
    else
        monitors.push_back(monitor(setting, setting.value));
    for (auto one = monitors.begin(); one != monitors.end(); ++one) {
        if (monitors.size() > 1 && one->name.empty())
            throw wrong(setting, "one of several monitors has no name", example);
        if (std::any_of(monitors.begin(), one, [&](const MonitorSetting& other) {
                const bool both_say = !other.serial.empty() && !one->serial.empty();
                return other.name == one->name && (!both_say || other.serial == one->serial);
            }))
            throw wrong(setting, one->name + " is there twice", "write the serial number of each");
    }
    config.monitor = std::move(monitors);
}

} // namespace handoff
