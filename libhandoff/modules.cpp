// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/modules.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/kmod.hpp"
#include "libhandoff/log.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <system_error>

namespace handoff {
namespace {

using Parameters = std::map<std::string, std::string>;

constexpr std::string_view hidden_prefix = "NVreg_";

/// How a string parameter that was never set reads; written back it would become that text.
constexpr std::string_view unset = "(null)";

bool loaded(const Roots& roots, const std::string& module) {
    return read_text(roots.module(module) / "initstate") == "live";
}

std::string escaped(const std::string& value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F || c == '\\')
            text.append("\\x").append({digits[byte >> 4U], digits[byte & 0xFU]});
        else
            text.push_back(c);
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            value.push_back(
                static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16)));
            i += 3;
        } else
            value.push_back(text[i]);
    }
    return value;
}

/// The parameters of NVIDIA's own that have no file in sysfs, which are nearly all: they are lines
/// "Name: 1" and "Name: \"text\"" of another file, without the prefix of the parameter.
Parameters hidden_parameters(const Roots& roots, const std::string& module) {
    Parameters parameters;
    if (module != "nvidia")
        return parameters;
    std::istringstream lines(read_file(roots.proc / "driver/nvidia/params").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos)
            continue;
        std::string value = line.substr(colon + 2);
        if (value.size() >= 2 && value.front() == '"')
            value = value.substr(1, value.size() - 2);
        // Numbers are shown without a sign, and taken with one.
        else if (const auto number = std::strtoul(value.c_str(), nullptr, 10); number > INT32_MAX)
            value = std::to_string(static_cast<std::int32_t>(number));
        parameters[std::string(hidden_prefix) + line.substr(0, colon)] = value;
    }
    return parameters;
}

Parameters parameters_now(const Roots& roots, const std::string& module) {
    const std::filesystem::path directory = roots.module(module) / "parameters";
    Parameters parameters = hidden_parameters(roots, module);
    for (const std::string& name : list(directory)) {
        try {
            if (const std::optional<std::string> value = read_text(directory / name))
                parameters[name] = *value;
        } catch (const std::system_error&) {
            continue; // write-only
        }
    }
    return parameters;
}

Parameters parameters_of(const std::string& state) {
    Parameters parameters;
    std::size_t at = state.find(' ');
    while (at != std::string::npos) {
        const std::size_t next = state.find(' ', at + 1);
        const std::string word =
            state.substr(at + 1, next == std::string::npos ? next : next - at - 1);
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos)
            parameters[word.substr(0, equals)] = unescaped(word.substr(equals + 1));
        at = next;
    }
    return parameters;
}

/// What of the wanted parameters the loaded module has otherwise, after the writable ones were
/// written.
Parameters not_taken(const Roots& roots, const std::string& module, const Parameters& wanted) {
    Parameters rest;
    const Parameters now = parameters_now(roots, module);
    for (const auto& [name, value] : wanted) {
        const auto current = now.find(name);
        if (current != now.end() && current->second == value)
            continue;
        const std::filesystem::path file = roots.module(module) / "parameters" / name;
        try {
            if (value != unset)
                write_text(file, value);
        } catch (const std::system_error&) {
            // Not writable while the module is loaded.
        }
        if (read_text(file) != value)
            rest[name] = value;
    }
    return rest;
}

/// As the kernel's parser takes them: a value with a space stands in quotes.
std::string options_of(const Parameters& parameters) {
    std::string options;
    for (const auto& [name, value] : parameters) {
        if (value == unset)
            continue;
        if (!options.empty())
            options.push_back(' ');
        const bool quote = value.find(' ') != std::string::npos;
        options.append(name).append(quote ? "=\"" : "=").append(value).append(quote ? "\"" : "");
    }
    return options;
}

/// Loaded it stays, whatever becomes of the options: somebody may have it in use already, or the
/// module may not take them.
void load_again(const std::string& module, const std::string& options) {
    const auto warn = [&](const std::system_error& error) {
        log_warning("module " + module +
                    ": not loaded with its former parameters: " + error.code().message());
    };
    try {
        unload_module(module);
    } catch (const std::system_error& error) {
        return warn(error);
    }
    try {
        insert(module, options);
    } catch (const std::system_error& error) {
        warn(error);
        insert(module, {});
    }
}

void collect(const Roots& roots, const std::string& module, std::vector<std::string>& order) {
    if (std::ranges::find(order, module) != order.end())
        return;
    for (const std::string& holder : module_holders(roots, module))
        collect(roots, holder, order);
    order.push_back(module);
}

} // namespace

std::string module_state(const Roots& roots, const std::string& module) {
    if (!loaded(roots, module))
        return "unloaded";
    std::string state = "loaded";
    for (const auto& [name, value] : parameters_now(roots, module))
        state.append(" ").append(name).append("=").append(escaped(value));
    return state;
}

std::vector<std::string> module_holders(const Roots& roots, const std::string& module) {
    return list(roots.module(module) / "holders");
}

std::vector<std::string> unload_order(const Roots& roots, const std::string& module) {
    std::vector<std::string> order;
    collect(roots, module, order);
    return order;
}

void unload_module(const std::string& module) {
    try {
        remove(module);
    } catch (const std::system_error& error) {
        if (error.code().value() != ENOENT)
            throw;
    }
}

void load_module(const Roots& roots, const std::string& module, const std::string& state) {
    const Parameters wanted = parameters_of(state);
    const bool was_loaded = loaded(roots, module);
    if (!was_loaded)
        insert(module, {});
    Parameters rest = not_taken(roots, module, wanted);
    if (const std::string options = options_of(rest); !was_loaded && !options.empty()) {
        // It had been loaded by hand with other options than the configured ones.
        load_again(module, options);
        rest = not_taken(roots, module, wanted);
    }
    std::erase_if(rest, [&](const auto& parameter) {
        const bool hidden =
            parameter.first.starts_with(hidden_prefix) &&
            !std::filesystem::exists(roots.module(module) / "parameters" / parameter.first);
        if (hidden) // perhaps one that the driver changes by itself
            log_warning("module " + module + ": came back with another " + parameter.first +
                        ", it was \"" + parameter.second + "\"");
        return hidden;
    });
    if (!rest.empty())
        throw Error("module " + module, "came back with another " + rest.begin()->first,
                    "it was \"" + rest.begin()->second + "\"; load it by hand if that matters");
}

void insert_module(const std::string& name_or_alias) {
    insert(name_or_alias, {});
}

} // namespace handoff
