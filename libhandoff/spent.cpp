// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/spent.hpp"

#include "libhandoff/process.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

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

Spent at_process_start() {
    using namespace std::chrono;
    const std::optional<ProcessId> self = process(::getpid());
    const long ticks_per_second = ::sysconf(_SC_CLK_TCK);
    timespec boot{};
    ::clock_gettime(CLOCK_BOOTTIME, &boot); // what the kernel counts a process's start in
    const microseconds now = seconds(boot.tv_sec) + microseconds(boot.tv_nsec / 1000);
    const microseconds start(self ? std::stoll(self->start) * 1000000 / ticks_per_second
                                  : now.count());
    return {spent_so_far().wall - (now - start), microseconds(0)};
}

} // namespace handoff
