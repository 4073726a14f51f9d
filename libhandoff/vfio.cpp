// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/vfio.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/modules.hpp"
#include "libhandoff/spent.hpp"
#include "libhandoff/worker.hpp"

#include <string>

namespace handoff {
namespace {

void load(const Step& missing, const OnStep& on_step, const Deadline& deadline) {
    const Spent before = spent_so_far();
    Worker([&] {
        insert_module(missing.subject);
        return std::string();
    }).result(deadline);
    on_step(missing, spent_so_far() - before);
}

} // namespace

std::optional<Step> missing_vfio_module(const Roots& roots) {
    if (!std::filesystem::exists(roots.pci_driver("vfio-pci")))
        return Step{Kind::module, "vfio-pci", "unloaded", "loaded"};
    if (!std::filesystem::exists(roots.dev / "vfio/vfio"))
        return Step{Kind::module, "vfio_iommu_type1", "unloaded", "loaded"};
    return std::nullopt;
}

void load_vfio(const Roots& roots, const OnStep& on_step, const Deadline& deadline) {
    try {
        std::optional<Step> done;
        for (std::optional<Step> missing = missing_vfio_module(roots); missing && missing != done;
             missing = missing_vfio_module(roots)) {
            load(*missing, on_step, deadline);
            done = missing;
        }
    } catch (const std::exception& error) {
        throw Error("vfio-pci", std::string("cannot be loaded: ") + error.what(),
                    "restart the host if its kernel was updated; else see gpu-handoff doctor");
    }
}

} // namespace handoff
