// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/recovery.hpp"
#include "libhandoff/step.hpp"

#include <string>
#include <vector>

namespace handoff {

/// What a start of a domain would do now. Found in the way a start finds it, with nothing changed.
struct Outlook {
    Machine machine;
    Plan plan;           ///< with the modules of vfio-pci that would be loaded; none without a GPU
    std::string refusal; ///< the line that would refuse the start; then there is no plan

    /// The steps that change something: those that the log of a start shows.
    [[nodiscard]] Plan changes() const;
};

/// Without root's rights processes of other users are not seen.
Outlook foresee(const Roots& roots, const Domain& domain, const Config& config,
                std::vector<Handed> others);

/// What the other domains have, and what was left behind, which a start would give back first.
struct Others {
    std::vector<Handed> handed;
    std::vector<Record> left; ///< with that of the domain itself, which does not run
};
Others others_of(const std::vector<Standing>& journals, const std::string& uuid);

/// Whether the GPU can be handed over.
enum class Way { live, ending_the_session, none };
std::string_view name_of(Way way);
Way way_of(const Outlook& outlook);

/// What becomes of those who use it, in the order of the plan: "ends session 2 of ann", "stops
/// ollama.service"; nothing if nobody does.
std::vector<std::string> consequences(const Outlook& outlook);

} // namespace handoff
