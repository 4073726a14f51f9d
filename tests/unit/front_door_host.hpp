// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/temporary.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <sys/wait.h>
#include <vector>

/// Runs a front door whose paths are relative to the directory it is started in, so that every test
/// has a host of its own.
namespace front_door_host {

using handoff::Fd;
namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;
constexpr int engine_status = 7;
constexpr const char* engine_script = R"(#!/bin/sh
printf '%s\0' "$@" > arguments
cat /proc/$$/environ > environment
grep SigIgn /proc/$$/status > signals
cat > input
echo 'from the engine' >&2
exit 7
)";

inline std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// How libvirt, or somebody else, runs the hook.
struct Call {
    std::vector<std::string> arguments;
    std::string input = "<domain/>";
    std::vector<int> closed = {}; ///< descriptors
    bool as_user = false;         ///< if we are root
};

inline Call call(const std::string& name, const std::string& operation) {
    return {.arguments = {name, operation, "begin", "-"}};
}

struct Outcome {
    int status;
    std::string out;
    std::string err;

    bool operator==(const Outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& stream, const Outcome& outcome) {
    return stream << outcome.status << " out: " << outcome.out << " err: " << outcome.err;
}

inline const Outcome nothing{0, "", ""};
inline const Outcome engine_ran{engine_status, "", "from the engine\n"};

/// A host on which one domain is configured, and none has devices.
class FakeEtc {
public:
    FakeEtc() {
        fs::permissions(path(), fs::perms(0777));
        fs::create_directories(domains());
        fs::create_directories(journals());
        fs::copy_file(FRONT_DOOR, path() / "front-door");
        add(path() / "engine", engine_script);
        fs::permissions(path() / "engine", fs::perms(0755));
        configure("win11");
    }

    [[nodiscard]] const fs::path& path() const { return directory_.path(); }
    [[nodiscard]] fs::path domains() const { return path() / "domains"; }
    [[nodiscard]] fs::path journals() const { return path() / "journals"; }
    void configure(const std::string& name) const { add(domains() / (name + ".toml"), ""); }
    void add_journal() const { add(journals() / "5c2f.journal", ""); }
    [[nodiscard]] std::string recorded(const char* what) const { return text_of(path() / what); }

    [[nodiscard]] Outcome run(const Call& call) const {
        const pid_t door = start(call);
        int status = 0;
        ::waitpid(door, &status, 0);
        return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), recorded("out"),
                recorded("err")};
    }

private:
    static void add(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

    /// Writes the input from a process of its own, as long as somebody reads it.
    static Fd pipe_with(const std::string& text) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        Fd reading(ends[0]);
        const Fd writing(ends[1]);
        if (::fork() == 0) {
            reading.reset();
            std::signal(SIGPIPE, SIG_DFL); // NOLINT(cert-err33-c)
            for (std::size_t at = 0; at < text.size();) {
                const ssize_t size = ::write(writing.get(), text.data() + at, text.size() - at);
                if (size <= 0)
                    break;
                at += static_cast<std::size_t>(size);
            }
            ::_exit(0);
        }
        return reading;
    }

    [[nodiscard]] pid_t start(const Call& call) const {
        const Fd in = pipe_with(call.input);
        const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
        const Fd out(::open((path() / "out").c_str(), flags, 0600));
        const Fd err(::open((path() / "err").c_str(), flags, 0600));
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0)
            become_door(call, {in.get(), out.get(), err.get()});
        return pid;
    }

    [[noreturn]] void become_door(const Call& call, const std::array<int, 3>& standard) const {
        for (int fd = 0; fd < 3; ++fd)
            ::dup2(standard.at(static_cast<std::size_t>(fd)), fd);
        for (const int fd : call.closed)
            ::close(fd);
        std::vector<std::string> words{"/etc/libvirt/hooks/qemu"};
        words.insert(words.end(), call.arguments.begin(), call.arguments.end());
        std::vector<char*> pointers;
        pointers.reserve(words.size() + 1);
        for (std::string& word : words)
            pointers.push_back(word.data());
        pointers.push_back(nullptr);
        ::setenv("HOME", "/nowhere", 1); // NOLINT(concurrency-mt-unsafe)
        if (::chdir(path().c_str()) == 0 && (!call.as_user || ::setuid(nobody) == 0))
            ::execv("./front-door", pointers.data());
        ::_exit(99);
    }

    Temporary directory_;
};

} // namespace front_door_host
