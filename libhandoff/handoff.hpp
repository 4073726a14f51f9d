// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/domain.hpp"
#include "libhandoff/sysfs.hpp"

#include <string>
#include <string_view>

namespace handoff {

/// The moments of a domain's life that concern us, as libvirt calls the hook
/// (libvirt.org/hooks.html): `name` is argv[1], `xml` is what came on stdin. Each throws what keeps
/// the domain from starting.

/// Before libvirt looks at the domain's devices: hands over, or leaves the host as it was and
/// throws.
void prepare(const Roots& roots, const std::string& name, std::string_view xml);

/// Right before QEMU is started: throws if a function is not where prepare() left it.
void verify(const Roots& roots, const std::string& name, std::string_view xml);

/// When the domain runs: switches the screens of its file to it. What is thrown here must not reach
/// libvirt, which would end the domain.
void started(const Roots& roots, const std::string& name, std::string_view xml);

/// Throws Error for a domain that was set up for a handoff and has no file any more.
void require_known(const Domain& domain);

/// After the domain has ended, also after a refused prepare(), and for domains that have nothing of
/// ours.
void release(const Roots& roots, std::string_view xml);

} // namespace handoff
