// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/step.hpp"

#include <string>

namespace handoff {

/// Everything gpu-handoff may change on the machine; the engine above it touches nothing else.
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    /// The thing's state now, in the words of Step. Throws Error or std::system_error.
    virtual std::string state(Kind kind, const std::string& subject) = 0;

    /// Brings the thing into the state, proves it, and returns whether there was anything to do. A
    /// driver that is not registered because its module is kept out leaves the function driverless
    /// without an error: the module's own step loads it and thereby binds the function. Throws
    /// Error or std::system_error.
    virtual bool set(Kind kind, const std::string& subject, const std::string& state,
                     const Deadline& deadline) = 0;
};

} // namespace handoff
