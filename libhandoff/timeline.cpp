// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/timeline.hpp"

#include "libhandoff/log.hpp"

#include <utility>

namespace handoff {
namespace {

std::string milliseconds(std::chrono::microseconds time) {
    return std::to_string((time.count() + 500) / 1000);
}

/// What a step waits for.
std::string what(Kind kind) {
    if (kind == Kind::unit || kind == Kind::card)
        return "units";
    return has_return(kind) || kind == Kind::framebuffer ? "kernel" : "processes";
}

} // namespace

Timeline::Timeline(std::string domain) : domain_(std::move(domain)), begin_(at_process_start()) {}

OnStep Timeline::on_step() {
    return [this](const Step& step, const Spent& spent) {
        in_steps_ += spent;
        by_what_[what(step.kind)] += spent.wall;
        log_info(domain_ + ": " + text_of(step) + " (" + milliseconds(spent.wall) + " ms)");
    };
}

void Timeline::end_of(const std::string& part) {
    const std::chrono::microseconds own = (spent_so_far() - begin_).cpu - in_steps_.cpu;
    parts_.append(parts_.empty() ? "" : ", ").append(part).append(" ");
    parts_.append(milliseconds(own - own_cpu_));
    own_cpu_ = own;
}

void Timeline::log_outcome(const std::string& outcome) {
    end_of("rest");
    std::string steps;
    for (const auto& [name, time] : by_what_)
        steps.append(steps.empty() ? " (" : ", ").append(name).append(" " + milliseconds(time));
    steps.append(steps.empty() ? "" : ")");
    log_info(domain_ + ": " + outcome + " in " + milliseconds((spent_so_far() - begin_).wall) +
             " ms, steps " + milliseconds(in_steps_.wall) + " ms" + steps +
             ", own CPU outside them " + milliseconds(own_cpu_) + " ms (" + parts_ + ")");
}

} // namespace handoff
