// SPDX-License-Identifier: GPL-2.0-or-later
// The doctor on the machines of tests/machines. With APPROVE=1 in the environment what it says is
// written to their files `expected`; git shows what has changed.
#include "libhandoff/doctor.hpp"
#include "libhandoff/recording.hpp"
#include "libhandoff/sysfs.hpp"
#include "tests/unit/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace handoff;

namespace {

std::vector<std::filesystem::path> machines() {
    std::vector<std::filesystem::path> found;
    for (const std::string& name : list(MACHINES))
        if (std::filesystem::is_directory(std::filesystem::path(MACHINES) / name))
            found.push_back(std::filesystem::path(MACHINES) / name);
    return found;
}

} // namespace

TEST_CASE("what the doctor says of other machines", "[doctor][machines]") {
    REQUIRE(machines().size() >= 9);
    for (const std::filesystem::path& machine : machines()) {
        const std::string recording = read_file(machine / "machine").value();
        const std::string said =
            text_of(examine(read_recording(recording), read_file(machine / "domain.xml")));
        if (std::getenv("APPROVE") != nullptr)
            std::ofstream(machine / "expected") << said;
        INFO(machine);
        CHECK(read_file(machine / "expected") == said);
    }
}

TEST_CASE("each of these machines says where it comes from", "[doctor][machines]") {
    for (const std::filesystem::path& machine : machines()) {
        const std::string head = read_file(machine / "machine").value();
        INFO(machine);
        CHECK((head.starts_with("# Built from public listings, not recorded: ") ||
               head.starts_with("# Recorded by gpu-handoff doctor --save.")));
    }
}

TEST_CASE("a machine's recording is written as it was read", "[doctor][machines]") {
    for (const std::filesystem::path& machine : machines()) {
        const Evidence evidence = read_recording(read_file(machine / "machine").value());
        const Evidence again = read_recording(recording_of(evidence));
        INFO(machine);
        CHECK(again.facts() == evidence.facts());
        CHECK(again.answers() == evidence.answers());
        if (const auto xml = read_file(machine / "domain.xml"))
            CHECK(essence_of_domain(*xml) == *xml);
    }
}
