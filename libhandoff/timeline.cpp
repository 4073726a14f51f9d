// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/timeline.hpp"

#include "libhandoff/log.hpp"

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

Timeline::Timeline(const Roots& roots, const Domain& domain)
    : roots_(roots), domain_(domain.name), begin_(at_hook_begin()),
      recording_(domain.name, domain.uuid, begin_) {}

OnStep Timeline::on_step() {
    return [this](const Step& step, const Spent& spent) {
        in_steps_ += spent;
        recording_.add(step, spent);
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

void Timeline::begin_changes() {
    changes_ = true;
}

void Timeline::end(Outcome outcome) {
    end_of("rest");
    std::string steps;
    for (const auto& [name, time] : by_what_)
        steps.append(steps.empty() ? " (" : ", ").append(name).append(" " + milliseconds(time));
    steps.append(steps.empty() ? "" : ")");
    log_info(domain_ + ": " + std::string(name_of(outcome)) + " in " +
             milliseconds((spent_so_far() - begin_).wall) + " ms, steps " +
             milliseconds(in_steps_.wall) + " ms" + steps + ", own CPU outside them " +
             milliseconds(own_cpu_) + " ms (" + parts_ + ")");
    recording_.end(roots_, outcome);
}

void Timeline::end_with(std::string_view error) noexcept {
    recording_.end(roots_, changes_ ? Outcome::failed : Outcome::refused, error);
}

void Timeline::end_not_given_back(std::string_view error) noexcept {
    recording_.end(roots_, Outcome::not_given_back, error);
}

} // namespace handoff
