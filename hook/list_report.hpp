// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "hook/libvirt.hpp"
#include "hook/whereabouts.hpp"
#include "libhandoff/gpu.hpp"
#include "libhandoff/outlook.hpp"

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace handoff {

/// A domain that has a GPU among its devices.
struct SetUp {
    std::string domain;
    std::optional<bool> running; ///< nothing if libvirt does not know it
    bool has_file =
        false; ///< in /etc/gpu-handoff/domains: without one libvirt is left alone with it
};

/// A GPU, and what gpu-handoff list says of it.
struct ListedGpu {
    Gpu gpu;
    std::vector<Holder> holders;
    std::optional<Whereabouts> with; ///< the domain that has it
    std::vector<SetUp> set_up;
    Outlook outlook; ///< of a domain with just its functions and no settings
};

struct ListReport {
    std::vector<ListedGpu> gpus;
    std::string libvirt_trouble;
    bool hidden = false; ///< not root: others' processes are not seen, or not all journals
};

/// Looks at everything; libvirt's domains are asked for by the caller.
ListReport list_gpus(const Roots& roots, const std::vector<LibvirtDomain>& domains);

/// What its verdict comes from: the line that would refuse a start, or what becomes of its holders.
std::string reason_of(const ListedGpu& listed);

std::string text_of(const ListReport& report, std::size_t columns);
nlohmann::ordered_json json_of(const ListReport& report);

} // namespace handoff
