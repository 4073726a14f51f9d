// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// What the readers of the keys share; the only place that includes toml++.

#include "libhandoff/config.hpp"
#include "libhandoff/config_text.hpp"
#include "libhandoff/error.hpp"

// toml++ 3.3 asserts, or with NDEBUG lets clang assume, what "x = [}" breaks, and then says that it
// is wrong all the same.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace handoff {

/// A value and the words that stand before an error of it.
struct Setting {
    const toml::node& value;
    std::string_view key;
    const std::string& file;
};

inline Error wrong(const Setting& setting, const toml::node& where, std::string_view reason,
                   std::string_view remedy) {
    return {at_line(setting.file, where.source().begin.line).append(": ").append(setting.key),
            reason, remedy};
}

inline Error wrong(const Setting& setting, std::string_view reason, std::string_view remedy) {
    return wrong(setting, setting.value, reason, remedy);
}

inline std::string in_quotes(std::string_view text) {
    return std::string("\"").append(text).append("\"");
}

/// The key monitor.
void set_monitor(Config& config, const Setting& setting);

} // namespace handoff
