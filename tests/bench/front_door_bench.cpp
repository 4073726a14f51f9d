// SPDX-License-Identifier: GPL-2.0-or-later

// FRONT-DOOR EMPTY-PROGRAM DOMAIN-XML: the first for a domain that is not ours against the second.

#include "libhandoff/fd.hpp"
#include "tests/bench/bench.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>

namespace handoff::bench {
namespace {

constexpr int rounds = 200;
constexpr double bar = 1.0;

/// A pipe's reading end with the text in it, as libvirt gives the domain's XML.
Fd pipe_with(const std::string& text) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0 ||
        ::write(ends[1], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::system_error(errno, std::generic_category(), "pipe");
    ::close(ends[1]);
    return Fd(ends[0]);
}

/// Whether the front door keeps below the bar for the operation.
bool compare(const std::string& door, const std::string& empty, const std::string& xml,
             const std::string& operation) {
    Times door_times;
    Times empty_times;
    const auto run = [&](const std::string& program, Times& times) {
        const Fd in = pipe_with(xml);
        times.measure([&] {
            run_program({program, "other", operation, "begin", "-"}, in.get(), STDERR_FILENO);
        });
    };
    for (int round = 0; round < rounds; ++round) {
        run(door, door_times);
        run(empty, empty_times);
    }
    const double ratio = door_times.median() / empty_times.median();
    std::printf("front door, %-8s  %.2fx the empty program (least: %.2fx)   %.3f ms : %.3f ms\n",
                operation.c_str(), ratio, door_times.least() / empty_times.least(),
                door_times.median(), empty_times.median());
    return ratio <= bar;
}

int bench(const std::string& door, const std::string& empty, const std::string& xml_file) {
    std::ifstream file(xml_file);
    const std::string xml{std::istreambuf_iterator<char>(file), {}};
    bool kept = true;
    for (const char* operation : {"prepare", "start", "started", "stopped", "release"})
        kept = compare(door, empty, xml, operation) && kept;
    if (!kept)
        std::printf("MISSED: at most %.1fx\n", bar);
    return kept ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace
} // namespace handoff::bench

int main(int argc, char** argv) {
    if (argc != 4)
        return EXIT_FAILURE;
    try {
        return handoff::bench::bench(argv[1], argv[2], argv[3]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
