// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/host.hpp"
#include "libhandoff/host/subjects.hpp"

namespace handoff {

/// The machine we run on. One object serves one handoff or one return.
class LinuxHost : public Host {
public:
    /// The gate may have looked already.
    LinuxHost(Roots roots, Late late, HolderGate gate);

    std::string state(Kind kind, const std::string& subject) override;
    bool set(Kind kind, const std::string& subject, const std::string& state,
             const Deadline& deadline) override;

private:
    HostContext context_;
};

} // namespace handoff
