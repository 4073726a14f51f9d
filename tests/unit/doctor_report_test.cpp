// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/doctor_report.hpp"
#include "tests/unit/catch.hpp"

#include <nlohmann/json.hpp>

using namespace handoff;

TEST_CASE("the findings fit a narrow terminal, and are counted", "[doctor]") {
    const std::vector<Finding> findings{
        {"IOMMU", Verdict::ok, "on", ""},
        {"hook", Verdict::failure, "it is not where libvirt looks for it, and so it is not called",
         "run\nln -s /usr/sbin/gpu-handoff-hook /etc/libvirt/hooks/qemu"},
        {"ROM", Verdict::warning, "a copy", "a file"}};
    CHECK(doctor_report(findings, 40) == "ok       IOMMU: on\n"
                                         "failure  hook: it is not where libvirt\n"
                                         "         looks for it, and so it is not\n"
                                         "         called\n"
                                         "         run\n"
                                         "         ln -s\n"
                                         "         /usr/sbin/gpu-handoff-hook\n"
                                         "         /etc/libvirt/hooks/qemu\n"
                                         "warning  ROM: a copy\n"
                                         "         a file\n"
                                         "1 failure, 1 warning\n");
    const auto json = doctor_json(findings);
    CHECK(json["failures"] == 1);
    CHECK(json["warnings"] == 1);
    CHECK(json["unknown"] == 0);
    CHECK(json["checks"][1]["verdict"] == "failure");
    CHECK(json["checks"][1]["remedy"] == findings[1].remedy);
    CHECK(doctor_report({findings[0]}, 80) == "ok       IOMMU: on\nall well\n");
}
