// SPDX-License-Identifier: GPL-2.0-or-later

// What libvirt runs as hooks/qemu, for every domain and every operation. It links nothing but libc,
// so that a domain which is not ours pays less than for an empty C++ program; for ours it becomes
// the engine.

#include "libhandoff/domain.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

namespace {

constexpr const char* domains = GPU_HANDOFF_DOMAINS;   // a file NAME.toml for each domain of ours
constexpr const char* journals = GPU_HANDOFF_JOURNALS; // a file for each domain that has devices

constexpr std::size_t first_room = std::size_t{64} << 10U; // the most a pipe gives at once
constexpr std::size_t most_input = std::size_t{64} << 20U;

/// What a look into a directory said.
enum class Found { no, yes, unknown };

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

struct Free {
    void operator()(char* memory) const { ::free(memory); } // NOLINT(*-no-malloc)
};

/// A call of libvirt's.
struct Call {
    std::string_view domain;
    char** arguments;
    timespec begin;
    rusage before; ///< what the libvirt daemon spent on its child before that became us
};

/// What came on stdin.
struct Input {
    std::unique_ptr<char, Free> text;
    std::size_t size = 0;
};

bool is_root() {
    return ::geteuid() == 0;
}

/// Descriptors that others would get by chance, and then be taken for stdin, stdout or stderr.
void open_standard_descriptors() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0)
            ::open("/dev/null", O_RDWR); // NOLINT(*-cloexec): gets the number fd
}

/// Looks for an entry that `wanted` says yes to.
template <typename Wanted> Found look_into(const char* path, const Wanted& wanted) {
    const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path));
    if (!directory)
        return errno == ENOENT ? Found::no : Found::unknown;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(directory.get());
        if (entry == nullptr)
            return errno == 0 ? Found::no : Found::unknown;
        if (wanted(std::string_view(entry->d_name)))
            return Found::yes;
    }
}

/// The name is compared with what lies there and never becomes part of a path: it may be "../x".
Found has_file(std::string_view domain) {
    constexpr std::string_view suffix = ".toml";
    const Found found = look_into(domains, [&](std::string_view entry) {
        // Not starts_with: unoptimised, it calls into libstdc++.
        return entry.size() == domain.size() + suffix.size() &&
               std::memcmp(entry.data(), domain.data(), domain.size()) == 0 &&
               std::memcmp(entry.data() + domain.size(), suffix.data(), suffix.size()) == 0;
    });
    const bool private_directory = found == Found::unknown && errno == EACCES && !is_root();
    return private_directory ? Found::no : found;
}

/// Whether some domain may have devices of the host. A user's domains never have.
bool anything_taken() {
    const Found found =
        look_into(journals, [](std::string_view entry) { return entry != "." && entry != ".."; });
    return found == Found::yes || (found == Found::unknown && is_root());
}

bool grow(Input& input, std::size_t room) {
    char* larger = static_cast<char*>(::realloc(input.text.get(), room)); // NOLINT(*-no-malloc)
    if (larger == nullptr)
        return false;
    static_cast<void>(input.text.release());
    input.text.reset(larger);
    return true;
}

/// Reads stdin to its end, or up to what no domain XML reaches.
Input read_input() {
    Input input;
    for (std::size_t room = first_room; room <= most_input && grow(input, room); room *= 2)
        while (input.size < room) {
            const ssize_t size =
                ::read(STDIN_FILENO, input.text.get() + input.size, room - input.size);
            if (size <= 0)
                return input;
            input.size += static_cast<std::size_t>(size);
        }
    return input;
}

bool contains(const Input& input, std::string_view text) {
    return ::memmem(input.text.get(), input.size, text.data(), text.size()) != nullptr;
}

bool is_marked(const Input& input) {
    return contains(input, handoff::mark_namespace);
}

/// Whether a journal's name (UUID.journal) is that of the domain in this XML. One without XML is
/// the engine's to complain of.
bool has_devices(const Input& input) {
    if (input.size == 0)
        return true;
    const Found found = look_into(journals, [&](std::string_view entry) {
        const std::size_t dot = entry.find('.');
        return dot != 0 && dot != std::string_view::npos && contains(input, entry.substr(0, dot));
    });
    return found != Found::no;
}

/// Makes stdin say again what was read from it.
bool put_back(const Input& input) {
    const int file = ::memfd_create("domain", MFD_CLOEXEC);
    for (std::size_t written = 0; written < input.size;) {
        const ssize_t size = ::write(file, input.text.get() + written, input.size - written);
        if (size <= 0)
            return false;
        written += static_cast<std::size_t>(size);
    }
    return ::lseek(file, 0, SEEK_SET) == 0 && ::dup2(file, STDIN_FILENO) == STDIN_FILENO;
}

int refuse(const char* what, const char* remedy) {
    std::array<char, 512> line{};
    const char* reason = std::strerror(errno); // NOLINT(concurrency-mt-unsafe): there is one thread
    static_cast<void>(std::snprintf(line.data(), line.size(), "%s (%s); %s", what, reason, remedy));
    ::openlog("gpu-handoff", LOG_PID, LOG_DAEMON);
    ::syslog(LOG_ERR, "%s", line.data());
    ::dprintf(STDERR_FILENO, "gpu-handoff: %s\n", line.data());
    return EXIT_FAILURE;
}

Call call_of(char** arguments) {
    Call call{arguments[1], arguments, {}, {}};
    ::clock_gettime(CLOCK_MONOTONIC, &call.begin);
    ::getrusage(RUSAGE_SELF, &call.before);
    return call;
}

/// The variable that says when the call began, on the clock and in time of the processor
/// (at_hook_begin() in libhandoff/spent.hpp).
std::array<char, 64> begin_of(const Call& call) {
    constexpr long long second = 1000000;
    const timeval& user = call.before.ru_utime;
    const timeval& system = call.before.ru_stime;
    std::array<char, 64> variable{};
    static_cast<void>(
        std::snprintf(variable.data(), variable.size(), "GPU_HANDOFF_BEGIN=%lld %lld",
                      call.begin.tv_sec * second + call.begin.tv_nsec / 1000,
                      (user.tv_sec + system.tv_sec) * second + user.tv_usec + system.tv_usec));
    return variable;
}

int become_engine(const Call& call) {
    std::array path = std::to_array("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    std::array locale = std::to_array("LC_ALL=C");
    std::array begin = begin_of(call);
    const std::array<char*, 4> environment{path.data(), locale.data(), begin.data(), nullptr};
    ::execve(GPU_HANDOFF_ENGINE, call.arguments, environment.data());
    return refuse(GPU_HANDOFF_ENGINE ": cannot be run", "reinstall gpu-handoff");
}

/// Becomes the engine if the domain's XML is of one that is ours.
template <typename Ours> int become_engine_if(const Ours& ours, const Call& call) {
    const Input input = read_input();
    if (!ours(input))
        return EXIT_SUCCESS;
    if (!put_back(input))
        return refuse("domain XML: cannot be kept", "free memory, and see gpu-handoff status");
    return become_engine(call);
}

int prepare(const Call& call) {
    // Cloned or renamed: without a file libvirt would take the live driver away itself.
    return has_file(call.domain) != Found::no ? become_engine(call)
                                              : become_engine_if(is_marked, call);
}

/// Whether the domain has a file does not matter: what it has must come back.
int release(const Call& call) {
    return anything_taken() ? become_engine_if(has_devices, call) : EXIT_SUCCESS;
}

int start(const Call& call) {
    return has_file(call.domain) != Found::no ? become_engine(call) : release(call);
}

/// The domain runs: whatever goes wrong now, it is no reason to end it.
int started(const Call& call) {
    if (has_file(call.domain) == Found::yes && anything_taken())
        static_cast<void>(become_engine(call));
    return EXIT_SUCCESS;
}

} // namespace

/// NAME OPERATION SUB-OPERATION EXTRA. Whatever else comes is not for us, and nothing goes to
/// stdout.
int main(int argc, char** argv) {
    if (argc != 5)
        return EXIT_SUCCESS;
    const Call call = call_of(argv);
    open_standard_descriptors();
    // A libvirt daemon that dies closes our pipes.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    const std::string_view operation = argv[2];
    if (operation == "prepare")
        return prepare(call);
    if (operation == "start")
        return start(call);
    if (operation == "started")
        return started(call);
    if (operation == "release")
        return release(call);
    return EXIT_SUCCESS;
}
