// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/process.hpp"
#include "libhandoff/transaction.hpp"

#include <sstream>

namespace handoff {
namespace {

/// Reading an attribute is instant unless the device's lock is held by driver code that does not
/// come back.
constexpr std::chrono::seconds read_deadline{5};

StuckFunction stuck(const Roots& roots, const std::string& subject, const WorkerTimeout& timeout) {
    const std::filesystem::path directory = roots.proc / std::to_string(timeout.pid());
    std::string wrong =
        "its driver is stuck in the kernel (process " + std::to_string(timeout.pid());
    if (const auto place = read_text(directory / "wchan");
        place && *place != "0" && !place->empty())
        wrong.append(" waits in ").append(*place);
    return {{subject.substr(0, subject.find('/')),
             process(timeout.pid(), roots.proc).value_or(ProcessId{timeout.pid(), {}})},
            wrong + ")"};
}

} // namespace

std::string change(const HostContext& context, const std::string& subject, const Worker::Call& call,
                   const Deadline& deadline) {
    if (deadline.left().count() == 0)
        throw Error(subject, "no time is left for it", "raise timeout_s");
    try {
        return Worker(call, context.late).result(deadline);
    } catch (const WorkerTimeout& timeout) {
        throw stuck(context.roots, subject, timeout);
    }
}

std::string guarded(const std::string& subject, const Worker::Call& read) {
    try {
        return Worker(read).result(Deadline(read_deadline));
    } catch (const WorkerTimeout& timeout) {
        throw stuck({}, subject, timeout);
    }
}

std::vector<std::string> guarded(const std::vector<std::string>& subjects,
                                 const std::function<std::string(const std::string&)>& read) {
    std::vector<std::string> answers;
    try {
        std::istringstream lines(guarded(subjects.front(), [&] {
            std::string text;
            for (const std::string& subject : subjects)
                text.append(read(subject)).push_back('\n');
            return text;
        }));
        for (std::string line; std::getline(lines, line);)
            answers.push_back(line);
    } catch (const StuckFunction&) {
        // One of them: each by itself finds out which.
        for (const std::string& subject : subjects)
            answers.push_back(guarded(subject, [&] { return read(subject); }));
    }
    return answers;
}

} // namespace handoff
