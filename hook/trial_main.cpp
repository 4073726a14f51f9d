// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a trial's transient unit runs: UUID SECONDS URI. Ending this process by a signal is what
// gpu-handoff keep does: the domain runs on then.
#include "hook/libvirt.hpp"
#include "hook/trial.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"

#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace {

/// A start takes as long as the hook needs; afterwards the return, too.
constexpr std::chrono::minutes start_patience{5};

/// One line to the command that waits for it, if it still lives, and it is the last one.
void tell(const std::string& text) {
    const std::string line = handoff::printable(text) + "\n";
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, line.data(), line.size());
    const handoff::Fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
        ::dup2(nowhere.get(), fd);
}

const char* text_of(handoff::TrialEnd end) {
    switch (end) {
    case handoff::TrialEnd::by_itself:
        return "the trial is over: the guest ended by itself";
    case handoff::TrialEnd::shut_down:
        return "the trial is over: the guest has shut down";
    case handoff::TrialEnd::destroyed:
        break;
    }
    return "the trial is over: the guest did not shut down, and was ended";
}

void run(const std::string& uuid, std::chrono::seconds time, const std::string& uri) {
    const handoff::Libvirt libvirt(uri);
    const auto soon = [] { return handoff::Deadline(handoff::libvirt_patience); };
    const std::string name = libvirt.find(uuid, soon()).name;
    const handoff::TrialDomain domain{
        name,
        [&] {
            // After a restart of this program it runs already.
            if (!libvirt.find(uuid, soon()).active)
                libvirt.start(uuid, handoff::Deadline(start_patience));
        },
        [&] { return libvirt.find(uuid, soon()).active; },
        [&] { return handoff::find_qemu("/proc", uuid); },
        [&] { libvirt.shut_down(uuid, soon()); },
        [&] { libvirt.destroy(uuid, handoff::Deadline(start_patience)); },
    };
    const handoff::TrialTimes times{time};
    const auto started = [&] {
        handoff::log_info(name + ": on trial for " + std::to_string(time.count()) + " s");
        tell("started");
    };
    handoff::log_info(name + ": " + text_of(run_trial(domain, times, started)));
}

} // namespace

int main(int argc, char** argv) {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    handoff::log_to_syslog();
    try {
        unsigned seconds = 0;
        if (argc == 4)
            std::from_chars(argv[2], argv[2] + std::char_traits<char>::length(argv[2]), seconds);
        if (seconds == 0) {
            handoff::log_error("usage: trial UUID SECONDS URI");
            return 2;
        }
        run(argv[1], std::chrono::seconds(seconds), argv[3]);
        return 0;
    } catch (const std::exception& error) {
        handoff::log_error(std::string("trial: ") + error.what());
        tell(error.what());
    }
    return 1;
}
