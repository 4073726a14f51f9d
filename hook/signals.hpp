// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace handoff {

/// A handoff or a return that was begun ends by itself: it is not for a signal to leave it half
/// done. SIGPIPE comes when whoever reads our output has died.
void ignore_signals();

} // namespace handoff
