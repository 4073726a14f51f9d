// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/config.hpp"
#include "libhandoff/domain.hpp"
#include "libhandoff/machine.hpp"

#include <set>
#include <string>

namespace handoff {

/// The functions that are handed over for a domain: its GPUs with all functions of their slots,
/// what its file lists, and the endpoints of their IOMMU groups. Throws Error when one of them must
/// stay.
std::set<std::string> select_functions(const Machine& machine, const Config& config,
                                       const Domain& domain);

} // namespace handoff
