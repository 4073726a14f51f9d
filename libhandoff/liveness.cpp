// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/liveness.hpp"

#include "libhandoff/holders.hpp"
#include "libhandoff/machine.hpp"
#include "libhandoff/nodes.hpp"
#include "libhandoff/process.hpp"

#include <algorithm>
#include <pugixml.hpp>
#include <system_error>

namespace handoff {
namespace {

/// Whether libvirt will see to the domain's end: it has notes that say it runs. The daemon that
/// finds them, and QEMU gone, resets the domain's devices unless they are on vfio-pci
/// (virPCIDeviceReset() in src/util/virpci.c), under whoever has them by then, and calls `release`.
/// One that was killed inside `stopped` leaves notes without a monitor, and no other calls it.
bool remembered(const Roots& roots, const Record& record) {
    std::error_code none;
    for (const auto& entry :
         std::filesystem::directory_iterator(roots.run / "libvirt/qemu", none)) {
        pugi::xml_document notes;
        if (entry.path().extension() != ".xml" || !notes.load_file(entry.path().c_str()))
            continue;
        const pugi::xml_node status = notes.child("domstatus");
        if (status.child("domain").child_value("uuid") == record.uuid)
            return !status.child("monitor").attribute("path").empty();
    }
    return false;
}

} // namespace

bool in_use(const Roots& roots, const Record& record) {
    std::vector<Node> nodes;
    for (const Step& step : record.steps)
        if (step.kind == Kind::driver && on_vfio(roots, step.subject))
            std::ranges::copy(nodes_of_function(roots, step.subject), std::back_inserter(nodes));
    return !find_holders(nodes, Deadline(look_deadline)).empty();
}

bool live(const Roots& roots, const Record& record) {
    return (!record.returning && (alive(record.daemon, roots.proc) || remembered(roots, record))) ||
           in_use(roots, record);
}

} // namespace handoff
