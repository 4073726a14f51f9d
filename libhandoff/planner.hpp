// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/step.hpp"

namespace handoff {

/// The steps that give the domain its GPU, in the order in which they are carried out: attributes,
/// what makes the holders let go, firmware framebuffers, drivers of the companions (audio, USB),
/// modules, drivers of the GPUs. None when the domain has nothing that is ours to hand over. Pure:
/// no I/O. Throws Error for whatever can be refused before anything is changed.
Plan make_plan(const Machine& machine, const Config& config, const Domain& domain);

} // namespace handoff
