// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/framebuffers.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/host/subjects.hpp"

#include <system_error>

namespace handoff {

std::string framebuffer_state(const Roots& roots, const std::string& subject) {
    return firmware_driver(roots, subject).empty() ? "unbound" : "bound";
}

bool set_framebuffer(HostContext& context, const std::string& subject, const std::string& state,
                     const Deadline& deadline) {
    const std::string driver = firmware_driver(context.roots, subject);
    if (framebuffer_state(context.roots, subject) == state)
        return false;
    try {
        change(
            context, subject,
            [&] {
                write_text(context.roots.sys / "bus/platform/drivers" / driver / "unbind", subject);
                return std::string();
            },
            deadline);
    } catch (const std::system_error&) {
        // The card's own driver was faster; what counts is read back.
    }
    if (framebuffer_state(context.roots, subject) != state)
        throw Error(subject, "the firmware's framebuffer does not let the card go",
                    "see the kernel's log");
    return true;
}

} // namespace handoff
