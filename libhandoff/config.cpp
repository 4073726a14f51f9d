// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/config.hpp"

#include "libhandoff/address.hpp"
#include "libhandoff/error.hpp"

#include <boost/locale/utf.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace handoff {
namespace {

constexpr std::int64_t max_timeout = 600;

// toml++ 3.3 destroys "a.a.a…" recursively: a line bounds the depth.
constexpr std::size_t max_line = 4096;

/// A value and the words that stand before an error of it.
struct Setting {
    const toml::node& value;
    std::string_view key;
    const std::string& file;
};

std::string at_line(const std::string& file, std::size_t line) {
    return file + ":" + std::to_string(line);
}

Error wrong(const Setting& setting, const toml::node& where, std::string_view reason,
            std::string_view remedy) {
    return {at_line(setting.file, where.source().begin.line).append(": ").append(setting.key),
            reason, remedy};
}

Error wrong(const Setting& setting, std::string_view reason, std::string_view remedy) {
    return wrong(setting, setting.value, reason, remedy);
}

std::string in_quotes(std::string_view text) {
    return std::string("\"").append(text).append("\"");
}

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

void set_unload(Config& config, const Setting& setting) {
    constexpr std::string_view remedy = R"(write "auto", "always" or "never")";
    const auto word = setting.value.value_exact<std::string_view>();
    if (!word)
        throw wrong(setting, "is not a word in quotes", remedy);
    if (*word == "auto")
        config.unload = Unload::automatic;
    else if (*word == "always")
        config.unload = Unload::always;
    else if (*word == "never")
        config.unload = Unload::never;
    else
        throw wrong(setting, in_quotes(*word) + " is unknown", remedy);
}

struct Key {
    std::string_view name;
    void (*set)(Config&, const Setting&);
};

constexpr std::array keys{
    Key{"devices", set_devices},
    Key{"timeout_s", set_timeout},
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

bool is_utf8(std::string_view text) {
    using Utf8 = boost::locale::utf::utf_traits<char>;
    for (const auto* at = text.begin(); at != text.end();) {
        const auto point = Utf8::decode(at, text.end());
        if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete)
            return false;
    }
    return true;
}

void check_line(std::string_view line, const std::string& at) {
    if (line.size() > max_line)
        throw Error(at, "is longer than 4096 bytes", "break the line");
    if (!is_utf8(line))
        throw Error(at, "is not UTF-8", "save the file as UTF-8");
    const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
    if (line.substr(first).starts_with('['))
        throw Error(at, "there are no [sections] here", "write lines of KEY = VALUE");
}

/// The text as toml++ 3.3 is safe with it. Its behaviour is undefined for "[" before what is no
/// key, and for some characters beyond ASCII: those are of use in comments only, and become "?".
std::string safe_text(std::string_view text, const std::string& file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    std::string safe(text);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        check_line(line, at_line(file, number));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    std::ranges::replace_if(
        safe, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }, '?');
    return safe;
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
