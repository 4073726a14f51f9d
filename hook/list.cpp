// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/list_report.hpp"

#include "hook/commands.hpp"
#include "hook/layout.hpp"
#include "libhandoff/error.hpp"

#include <nlohmann/json.hpp>

namespace handoff {

int run_list(const ListRequest& asked) {
    std::vector<LibvirtDomain> domains;
    std::string trouble;
    try {
        domains = Libvirt(asked.uri).domains(Deadline(libvirt_patience));
    } catch (const Error& error) {
        trouble = error.what();
    }
    ListReport report = list_gpus({}, domains);
    report.libvirt_trouble = trouble;
    if (asked.json)
        print_json(json_of(report));
    else
        print(text_of(report, columns()));
    return 0;
}

} // namespace handoff
