// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/config_setting.hpp"
#include "libhandoff/config_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace handoff {
namespace {

constexpr std::int64_t max_timeout = 600;

std::string device(const Setting& setting, const toml::node& item) {
    constexpr std::string_view remedy = R"(write them like "0000:01:00.0" (lspci -D lists them))";
    const auto text = item.value_exact<std::string_view>();
    if (!text)
        throw wrong(setting, item, "an address is not in quotes", remedy);
    auto address = parse_address(*text);
    if (!address)
        throw wrong(setting, item, in_quotes(*text) + " is no PCI address", remedy);
    return std::move(*address);
}

void set_devices(Config& config, const Setting& setting) {
    if (setting.value.value_exact<std::string_view>() == "auto") {
        config.devices.reset();
        return;
    }
    const toml::array* items = setting.value.as_array();
    if (items == nullptr)
        throw wrong(setting, R"(is neither "auto" nor a list)",
                    R"(write "auto" or ["0000:01:00.0"])");
    std::vector<std::string> devices;
    for (const toml::node& item : *items) {
        std::string address = device(setting, item);
        if (std::ranges::find(devices, address) != devices.end())
            throw wrong(setting, item, address + " is there twice", "remove one of them");
        devices.push_back(std::move(address));
    }
    if (devices.empty())
        throw wrong(setting, "the list is empty", R"(write "auto" or the addresses)");
    config.devices = std::move(devices);
}

void set_timeout(Config& config, const Setting& setting) {
    constexpr std::string_view remedy = "write a whole number of seconds from 1 to 600";
    const auto seconds = setting.value.value_exact<std::int64_t>();
    if (!seconds)
        throw wrong(setting, "is not a whole number", remedy);
    if (*seconds < 1 || *seconds > max_timeout)
        throw wrong(setting, std::to_string(*seconds) + " is out of range", remedy);
    config.timeout = std::chrono::seconds(*seconds);
}

template <typename Value> struct Word {
    std::string_view name;
    Value value;
};

/// One of a few words.
template <typename Value, std::size_t Count>
Value one_of(const Setting& setting, const std::array<Word<Value>, Count>& words,
             std::string_view remedy) {
    const auto text = setting.value.value_exact<std::string_view>();
    if (!text)
        throw wrong(setting, "is not a word in quotes", remedy);
    const auto* known = std::ranges::find(words, *text, &Word<Value>::name);
    if (known == words.end())
        throw wrong(setting, in_quotes(*text) + " is unknown", remedy);
    return known->value;
}

void set_unload(Config& config, const Setting& setting) {
    config.unload = one_of(setting,
                           std::array{Word<Unload>{"auto", Unload::automatic},
                                      Word<Unload>{"always", Unload::always},
                                      Word<Unload>{"never", Unload::never}},
                           R"(write "auto", "always" or "never")");
}

void set_display(Config& config, const Setting& setting) {
    config.display = one_of(setting,
                            std::array{Word<Display>{"auto", Display::automatic},
                                       Word<Display>{"keep", Display::keep},
                                       Word<Display>{"stop", Display::stop}},
                            R"(write "auto", "keep" or "stop")");
}

void set_on_busy(Config& config, const Setting& setting) {
    config.on_busy = one_of(setting,
                            std::array{Word<OnBusy>{"refuse", OnBusy::refuse},
                                       Word<OnBusy>{"terminate", OnBusy::terminate}},
                            R"(write "refuse" or "terminate")");
}

/// "ollama.service", or "user@1000:sunshine.service".
bool is_unit_name(std::string_view text) {
    constexpr std::size_t longest = 255; // systemd.unit(5)
    constexpr std::string_view user = "user@";
    if (text.starts_with(user)) {
        const std::size_t colon = text.find(':');
        if (colon == std::string_view::npos || colon == user.size() ||
            text.substr(user.size(), colon - user.size()).find_first_not_of("0123456789") !=
                std::string_view::npos)
            return false;
        text.remove_prefix(colon + 1);
    }
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789:-_.\\@";
    const auto has_suffix = [&](std::string_view suffix) {
        return text.size() > suffix.size() && text.ends_with(suffix);
    };
    return text.size() <= longest && text.find_first_not_of(allowed) == std::string_view::npos &&
           has_suffix(".service");
}

void set_stop_units(Config& config, const Setting& setting) {
    constexpr std::string_view remedy = R"(write them like ["ollama.service"])";
    const toml::array* items = setting.value.as_array();
    if (items == nullptr)
        throw wrong(setting, "is not a list", remedy);
    std::vector<std::string> units;
    for (const toml::node& item : *items) {
        const auto text = item.value_exact<std::string_view>();
        if (!text)
            throw wrong(setting, item, "a unit is not in quotes", remedy);
        if (!is_unit_name(*text))
            throw wrong(setting, item, in_quotes(*text) + " is no service", remedy);
        units.emplace_back(*text);
    }
    config.stop_units = std::move(units);
}

struct Key {
    std::string_view name;
    void (*set)(Config&, const Setting&);
};

constexpr std::array keys{
    Key{"devices", set_devices}, Key{"display", set_display},       Key{"monitor", set_monitor},
    Key{"on_busy", set_on_busy}, Key{"stop_units", set_stop_units}, Key{"timeout_s", set_timeout},
    Key{"unload", set_unload},
};

void set_key(Config& config, const toml::key& key, const Setting& setting) {
    const auto* known = std::ranges::find(keys, setting.key, &Key::name);
    if (known != keys.end())
        return known->set(config, setting);
    std::string names;
    for (const Key& each : keys)
        names.append(names.empty() ? "" : ", ").append(each.name);
    throw Error(at_line(setting.file, key.source().begin.line).append(": ").append(setting.key),
                "unknown key", "the keys are " + names);
}

} // namespace

Config parse_config(std::string_view text, const std::string& file, Config base) {
    const std::string safe = safe_text(text, file);
    try {
        const toml::table table = toml::parse(safe);
        for (const auto& [key, value] : table)
            set_key(base, key, {.value = value, .key = key.str(), .file = file});
    } catch (const toml::parse_error& error) {
        throw Error(at_line(file, error.source().begin.line), error.description(),
                    "correct the line (the file is TOML)");
    }
    return base;
}

} // namespace handoff
