// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/transaction.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

namespace handoff {
namespace {

/// For each step of a way back, also after one that has taken all the time, as a service that does
/// not start: most of them are instant.
constexpr std::chrono::milliseconds least_time{5000};

void carry_out(Host& host, const Step& step, const std::string& state, const Deadline& deadline,
               const OnStep& on_step) {
    const Spent before = spent_so_far();
    if (host.set(step.kind, step.subject, state, deadline))
        on_step(step, spent_so_far() - before);
}

Step reversed(Step step) {
    std::swap(step.from, step.to);
    return step;
}

/// A module is back when it is loaded. Parameters that it did not take are told once, and are
/// nothing to try again.
bool both_loaded(const std::string& state, const std::string& other) {
    constexpr std::string_view loaded = "loaded";
    return state.starts_with(loaded) && other.starts_with(loaded);
}

bool touches(const Step& step, const Stuck& stuck) {
    return step.subject.starts_with(stuck.function);
}

/// From here on others may finish the return if we do not.
void begin_return(Record& record, Journal& journal) {
    if (record.returning)
        return;
    record.returning = true;
    try {
        journal.append_returning();
    } catch (const std::system_error&) {
        // A full /run must not keep the card from coming back.
    }
}

/// Keeps what is left, and the attributes of every function whose driver is: its way back changes
/// them again.
void keep_attributes(Record& record, const std::vector<Step>& left) {
    std::erase_if(record.steps, [&](const Step& step) {
        return std::ranges::find(left, step) == left.end() &&
               std::ranges::none_of(left, [&](const Step& other) {
                   return other.kind == Kind::driver && step.subject.starts_with(other.subject);
               });
    });
}

/// One way back over the steps. A function that gets stuck is written down and left alone from then
/// on.
class WayBack {
public:
    WayBack(Host& host, Record& record, Journal& journal, const OnStep& on_step)
        : host_(host), record_(record), journal_(journal), deadline_(record.timeout),
          on_step_(on_step), errors_(record.steps.size()) {}

    /// Last step first.
    void give_all_back() {
        for (std::size_t i = record_.steps.size(); i-- > 0;)
            errors_[i] = give_back(record_.steps[i]);
    }

    /// The steps whose state is not what it was, each with what is wrong; last step first, for a
    /// card that does not come back is why its display manager does not.
    std::vector<std::pair<Step, std::string>> left() {
        std::vector<std::pair<Step, std::string>> differing;
        for (std::size_t i = record_.steps.size(); i-- > 0;) {
            const Step& step = record_.steps[i];
            // systemd starts a unit that fails again and again: it is active every now and then.
            const bool failed = step.kind == Kind::unit && !errors_[i].empty();
            if (const std::string problem = failed ? errors_[i] : difference(step);
                !problem.empty())
                differing.emplace_back(step, errors_[i].empty() ? problem : errors_[i]);
        }
        return differing;
    }

    /// What is wrong with modules that are back all the same.
    std::vector<std::string> odd_modules() {
        std::vector<std::string> problems;
        for (std::size_t i = 0; i < record_.steps.size(); ++i)
            if (record_.steps[i].kind == Kind::module && !errors_[i].empty() &&
                difference(record_.steps[i]).empty())
                problems.push_back(errors_[i]);
        return problems;
    }

private:
    std::string give_back(const Step& step) {
        try {
            const Deadline deadline(std::max(deadline_.left(), least_time));
            if (has_return(step.kind) && !skipped(step))
                carry_out(host_, reversed(step), step.from, deadline, on_step_);
            return {};
        } catch (const StuckFunction& error) {
            note(error.stuck());
            deadline_ = Deadline(record_.timeout); // its time was not the others'
            return error.what();
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    std::string difference(const Step& step) {
        if (!has_return(step.kind))
            return {};
        if (skipped(step))
            return step.subject + ": its driver is stuck in the kernel";
        try {
            const std::string state = host_.state(step.kind, step.subject);
            if (state == step.from || (step.kind == Kind::module && both_loaded(state, step.from)))
                return {};
            return step.subject + ": is " + state + ", was " + step.from;
        } catch (const std::exception& error) {
            return error.what();
        }
    }

    [[nodiscard]] bool skipped(const Step& step) const {
        return std::ranges::any_of(record_.stuck,
                                   [&](const Stuck& stuck) { return touches(step, stuck); });
    }

    void note(const Stuck& stuck) {
        record_.stuck.push_back(stuck);
        try {
            journal_.append(stuck);
        } catch (const std::system_error&) {
            // Without the line others find out for themselves, at their own deadline.
        }
    }

    Host& host_;
    Record& record_;
    Journal& journal_;
    Deadline deadline_;
    const OnStep& on_step_;
    std::vector<std::string> errors_; ///< of the last way back, by step
};

} // namespace

StuckFunction::StuckFunction(Stuck stuck, std::string_view wrong)
    : Error(stuck.function, wrong, "if it stays so, restart the host"), stuck_(std::move(stuck)),
      wrong_(wrong) {}

void commit(Host& host, const Plan& plan, Journal& journal, const Deadline& deadline,
            const OnStep& on_step) {
    // All of it before the first change: a step has side effects on later ones (unloading a module
    // takes the driver from its functions), which come back only if their steps are known.
    journal.append(plan);
    for (const Step& step : plan) {
        if (step.from == step.to)
            continue;
        try {
            carry_out(host, step, step.to, deadline, on_step);
        } catch (const StuckFunction& error) {
            journal.append(error.stuck());
            throw;
        }
    }
}

std::vector<std::string> roll_back(Host& host, Record record, Journal& journal,
                                   const OnStep& on_step) {
    begin_return(record, journal);
    WayBack way(host, record, journal, on_step);
    way.give_all_back();
    std::vector<std::pair<Step, std::string>> left = way.left();
    if (!left.empty()) {
        // Once more: a step may have failed for want of one that came later.
        way.give_all_back();
        left = way.left();
    }
    std::vector<std::string> problems;
    std::vector<Step> steps;
    for (auto& [step, problem] : left) {
        steps.push_back(step);
        problems.push_back(std::move(problem));
    }
    for (const std::string& line : record.bad_lines)
        problems.push_back("a line of the journal is not understood: " + line);
    std::ranges::copy(way.odd_modules(), std::back_inserter(problems)); // the least of them
    keep_attributes(record, steps);
    try {
        journal.keep(record);
    } catch (const std::system_error&) {
        // It still says more than what is left: that much may be given back again.
    }
    return problems;
}

} // namespace handoff
