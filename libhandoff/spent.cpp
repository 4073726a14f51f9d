// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/spent.hpp"

#include <cstdlib>
#include <sys/resource.h>

namespace handoff {

Spent& Spent::operator+=(const Spent& other) {
    wall += other.wall;
    cpu += other.cpu;
    return *this;
}

Spent operator-(const Spent& later, const Spent& earlier) {
    return {later.wall - earlier.wall, later.cpu - earlier.cpu};
}

Spent spent_so_far() {
    using namespace std::chrono;
    Spent spent{duration_cast<microseconds>(steady_clock::now().time_since_epoch())};
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        for (const timeval& time : {usage.ru_utime, usage.ru_stime})
            spent.cpu += seconds(time.tv_sec) + microseconds(time.tv_usec);
    }
    return spent;
}

Spent at_hook_begin() {
    using namespace std::chrono;
    const char* noted = std::getenv("GPU_HANDOFF_BEGIN"); // NOLINT(concurrency-mt-unsafe)
    if (noted == nullptr)
        return spent_so_far();
    char* cpu = nullptr;
    const microseconds wall(std::strtoll(noted, &cpu, 10));
    return {wall, microseconds(std::strtoll(cpu, nullptr, 10))};
}

} // namespace handoff
