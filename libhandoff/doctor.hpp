// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/evidence.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// What a check says of what it saw.
enum class Verdict {
    ok,
    warning, ///< it works, but not as well as it could, or not always
    failure, ///< a handoff will be refused, or the guest will not have its card
    unknown, ///< it may not be read: only root can say
};
std::string_view name_of(Verdict verdict);

struct Finding {
    std::string check; ///< its name: "IOMMU"
    Verdict verdict = Verdict::ok;
    std::string seen;
    std::string remedy; ///< what to do, commands on lines of their own; empty if nothing is to do

    bool operator==(const Finding&) const = default;
};

/// Looks at everything that a handoff depends on: of the machine, and of a domain if its XML is
/// given. Nothing is changed and nothing but the evidence is read.
std::vector<Finding> examine(const Evidence& evidence,
                             const std::optional<std::string>& domain_xml);

/// What examine() looks at in a domain's XML, as XML: examine() says the same of it, and nothing
/// else of the domain is in it (no serial numbers, disks or networks). Throws Error when the text
/// is no domain XML.
std::string essence_of_domain(std::string_view xml);

/// The findings as plain text, a paragraph each.
std::string text_of(const std::vector<Finding>& findings);

} // namespace handoff
