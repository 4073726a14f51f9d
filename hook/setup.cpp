// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/commands.hpp"
#include "hook/run_setup.hpp"

namespace handoff {

int run_setup(const SetupRequest& asked) {
    if (!asked.dry_run)
        require_root("setup");
    asked.remove ? run_setup_remove({}, asked) : run_setup({}, asked);
    return 0;
}

} // namespace handoff
