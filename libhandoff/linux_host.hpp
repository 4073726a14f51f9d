// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/host.hpp"
#include "libhandoff/host/subjects.hpp"
#include "libhandoff/machine.hpp"

namespace handoff {

/// The machine we run on. One object serves one handoff or one return.
class LinuxHost : public Host {
public:
    LinuxHost(Roots roots, Late late);

    std::string state(Kind kind, const std::string& subject) override;
    bool set(Kind kind, const std::string& subject, const std::string& state,
             const Deadline& deadline) override;

    /// The proof that nobody uses what the plan unbinds or unloads, before its first step. Throws
    /// Error.
    void require_free(const Plan& plan, const Machine& machine, const Deadline& deadline);

private:
    HostContext context_;
};

} // namespace handoff
