// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a trial's transient unit runs: UUID SECONDS URI. Ending this process by a signal is what
// gpu-handoff keep does: the domain runs on then. If it is killed systemd runs it again, with the
// same RUNTIME_DIRECTORY, and it watches over a domain that it has started before.
#include "hook/libvirt.hpp"
#include "hook/trial.hpp"
#include "libhandoff/error.hpp"
#include "libhandoff/log.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
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

/// Is there once the domain was started. It may have ended since: it is not to start again then.
std::filesystem::path mark_of_start() {
    const char* directory = std::getenv("RUNTIME_DIRECTORY"); // NOLINT(*-mt-unsafe): one thread
    if (directory == nullptr)
        throw std::runtime_error("has no RUNTIME_DIRECTORY: only systemd is to run it");
    return std::filesystem::path(directory) / "started";
}

void run(const std::string& uuid, std::chrono::seconds time, const std::string& uri) {
    const std::filesystem::path mark = mark_of_start();
    const handoff::Libvirt libvirt(uri);
    const auto soon = [] { return handoff::Deadline(handoff::libvirt_patience); };
    const std::string name = libvirt.find(uuid, soon()).name;
    const handoff::TrialDomain domain{
        name,
        [&] {
            // Killed during the start, this program finds a domain that is about to run: libvirt
            // refuses to start it twice.
            if (!std::filesystem::exists(mark) && !libvirt.find(uuid, soon()).active)
                libvirt.start(uuid, handoff::Deadline(start_patience));
        },
        [&] { return libvirt.find(uuid, soon()).active; },
        [&] { return handoff::find_qemu("/proc", uuid); },
        [&] { libvirt.shut_down(uuid, soon()); },
        [&] { libvirt.destroy(uuid, handoff::Deadline(start_patience)); },
    };
    const handoff::TrialTimes times{time};
    const auto started = [&] {
        const handoff::Fd made(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR));
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
