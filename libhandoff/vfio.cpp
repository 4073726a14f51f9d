// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/vfio.hpp"

namespace handoff {

std::optional<Step> missing_vfio_module(const Roots& roots) {
    if (!std::filesystem::exists(roots.pci_driver("vfio-pci")))
        return Step{Kind::module, "vfio-pci", "unloaded", "loaded"};
    if (!std::filesystem::exists(roots.dev / "vfio/vfio"))
        return Step{Kind::module, "vfio_iommu_type1", "unloaded", "loaded"};
    return std::nullopt;
}

} // namespace handoff
