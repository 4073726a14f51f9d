// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/libsystemd.hpp"

namespace handoff {

const Libsystemd& libsystemd() {
    static const Libsystemd library;
    return library;
}

} // namespace handoff
