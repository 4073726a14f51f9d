// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/gate.hpp"
#include "libhandoff/sysfs.hpp"
#include "libhandoff/worker.hpp"

#include <functional>
#include <string>
#include <vector>

namespace handoff {

/// What the kinds of subjects share. What runs driver code is a worker's.
struct HostContext {
    Roots roots;
    HolderGate gate;
    Late late; ///< what a worker does whose change was completed when nobody waited any more
};

/// One pair per kind of subject: its state now, and the way to another. See Step and Host for the
/// words.
std::string attribute_state(const Roots& roots, const std::string& subject);
/// The same for who is in a worker already.
std::string attribute_shown(const Roots& roots, const std::string& subject);
bool set_attribute(HostContext& context, const std::string& subject, const std::string& state,
                   const Deadline& deadline);

std::string card_state(const Roots& roots, const std::string& subject);
bool set_card(HostContext& context, const std::string& subject, const std::string& state,
              const Deadline& deadline);

std::string unit_state_now(const Roots& roots, const std::string& subject);
bool set_unit(HostContext& context, const std::string& subject, const std::string& state,
              const Deadline& deadline);

std::string session_state(const Roots& roots, const std::string& subject);
bool set_session(HostContext& context, const std::string& subject, const std::string& state,
                 const Deadline& deadline);

std::string process_state(const Roots& roots, const std::string& subject);
bool set_process(HostContext& context, const std::string& subject, const std::string& state,
                 const Deadline& deadline);

std::string framebuffer_state(const Roots& roots, const std::string& subject);
bool set_framebuffer(HostContext& context, const std::string& subject, const std::string& state,
                     const Deadline& deadline);

bool set_module(HostContext& context, const std::string& subject, const std::string& state,
                const Deadline& deadline);

std::string driver_state(const Roots& roots, const std::string& subject);
bool set_driver(HostContext& context, const std::string& subject, const std::string& state,
                const Deadline& deadline);

/// Runs a change of that subject in a worker and returns its answer. Throws StuckFunction, with the
/// kernel function the worker waits in, at the deadline.
std::string change(const HostContext& context, const std::string& subject, const Worker::Call& call,
                   const Deadline& deadline);

/// Runs a read that the kernel may hold up with the device's lock. Throws StuckFunction if it does.
std::string guarded(const std::string& subject, const Worker::Call& read);
/// The same of several subjects in one worker: a line of each, in their order.
std::vector<std::string> guarded(const std::vector<std::string>& subjects,
                                 const std::function<std::string(const std::string&)>& read);

} // namespace handoff
