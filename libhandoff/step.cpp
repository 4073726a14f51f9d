// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/step.hpp"

namespace handoff {

std::string_view name_of(Kind kind) {
    switch (kind) {
    case Kind::attribute:
        return "attribute";
    case Kind::card:
        return "card";
    case Kind::unit:
        return "unit";
    case Kind::session:
        return "session";
    case Kind::process:
        return "process";
    case Kind::framebuffer:
        return "framebuffer";
    case Kind::module:
        return "module";
    case Kind::driver:
        return "driver";
    }
    return "unknown";
}

bool has_return(Kind kind) {
    return kind != Kind::session && kind != Kind::process && kind != Kind::framebuffer;
}

std::string text_of(const Step& step) {
    // amdgpu alone has seventy parameters.
    const auto shown = [&](const std::string& state) {
        return step.kind == Kind::module ? state.substr(0, state.find(' ')) : state;
    };
    std::string text(name_of(step.kind));
    text.append(" ").append(step.subject).append(": ").append(shown(step.from));
    if (step.from != step.to)
        text.append(" -> ").append(shown(step.to));
    return text;
}

} // namespace handoff
