// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/process.hpp"

#include "libhandoff/host/subjects.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/child.hpp"

using namespace handoff;

namespace {

std::string subject_of(pid_t pid) {
    return std::to_string(pid) + " " + process(pid).value().start + " some name";
}

/// A child of a child, which nobody but its parent reaps, as the processes of a real machine.
bool has_ended(pid_t pid) {
    const auto status = read_file("/proc/" + std::to_string(pid) + "/stat");
    return !status || status->find(") Z ") != std::string::npos;
}

} // namespace

TEST_CASE("a process is asked to end, and killed if it does not", "[process]") {
    const bool stubborn = GENERATE(false, true);
    const Child child(
        [&] { return std::signal(SIGTERM, stubborn ? SIG_IGN : SIG_DFL) != SIG_ERR; });
    const std::string subject = subject_of(child.pid());
    HostContext context;
    CHECK(process_state({}, subject) == "running");
    CHECK(set_process(context, subject, "ended", Deadline(std::chrono::seconds(2))));
    CHECK(has_ended(child.pid()));
}

TEST_CASE("another process with the same number is not touched", "[process]") {
    const Child child([] { return true; });
    const std::string subject = std::to_string(child.pid()) + " 1 some name";
    HostContext context;
    CHECK(process_state({}, subject) == "ended");
    CHECK_FALSE(set_process(context, subject, "ended", Deadline(std::chrono::seconds(2))));
    CHECK_FALSE(has_ended(child.pid()));
}
