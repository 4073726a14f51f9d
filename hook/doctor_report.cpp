// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/doctor_report.hpp"

#include "hook/layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace handoff {
namespace {

/// What is seen stands behind the verdict, and the remedy below it.
constexpr std::size_t indent = 9;

Colour colour_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return Colour::green;
    case Verdict::warning:
        return Colour::yellow;
    case Verdict::failure:
        return Colour::red;
    case Verdict::unknown:
        break;
    }
    return Colour::dim;
}

std::string paragraph(const Finding& finding, std::size_t columns) {
    std::string verdict(name_of(finding.verdict));
    const std::string gap(indent - verdict.size(), ' ');
    std::string text = coloured(colour_of(finding.verdict), verdict) + gap +
                       wrapped(finding.check + ": " + finding.seen, columns, indent, indent);
    std::istringstream remedy(finding.remedy);
    for (std::string line; std::getline(remedy, line);)
        text.append(indent, ' ').append(wrapped(line, columns, indent, indent));
    return text;
}

std::string number_of(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string summary(const std::vector<Finding>& findings) {
    const std::size_t failures = count(findings, Verdict::failure);
    const std::size_t warnings = count(findings, Verdict::warning);
    std::string text = failures == 0 && warnings == 0
                           ? "all well"
                           : number_of(failures, "failure") + ", " + number_of(warnings, "warning");
    if (count(findings, Verdict::unknown) > 0)
        text += "; what is unknown only root can say";
    return text;
}

} // namespace

std::string doctor_report(const std::vector<Finding>& findings, std::size_t columns) {
    std::string text;
    for (const Finding& finding : findings)
        text += paragraph(finding, columns);
    return text + coloured(Colour::bold, summary(findings)) + "\n";
}

nlohmann::ordered_json doctor_json(const std::vector<Finding>& findings) {
    nlohmann::ordered_json checks = nlohmann::ordered_json::array();
    for (const Finding& finding : findings)
        checks.push_back({{"check", finding.check},
                          {"verdict", name_of(finding.verdict)},
                          {"seen", finding.seen},
                          {"remedy", finding.remedy}});
    return {{"checks", checks},
            {"failures", count(findings, Verdict::failure)},
            {"warnings", count(findings, Verdict::warning)},
            {"unknown", count(findings, Verdict::unknown)}};
}

std::size_t count(const std::vector<Finding>& findings, Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(findings, verdict, &Finding::verdict));
}

} // namespace handoff
