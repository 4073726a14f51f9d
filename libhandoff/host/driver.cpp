// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/keep_out.hpp"
#include "libhandoff/modules.hpp"
#include "libhandoff/nodes.hpp"
#include "libhandoff/transaction.hpp"

#include <system_error>

namespace handoff {
namespace {

constexpr std::string_view none = "none";

bool registered(const HostContext& context, const std::string& driver) {
    return std::filesystem::exists(context.roots.pci_driver(driver));
}

/// A write of driver code's making, judged by what is there afterwards and not by what it said: the
/// caller reads back. Returns the error's text, or nothing.
std::string attempt(const HostContext& context, const std::string& address,
                    const Worker::Call& call, const Deadline& deadline) {
    try {
        change(context, address, call, deadline);
        return {};
    } catch (const std::system_error& error) {
        return error.code().message();
    }
}

std::string write(const HostContext& context, const std::string& address,
                  const std::filesystem::path& file, const std::string& text,
                  const Deadline& deadline) {
    return attempt(
        context, address,
        [&] {
            write_text(file, text);
            return std::string();
        },
        deadline);
}

/// Who holds a function whose unbind does not end: its nodes are gone by then, but not their
/// numbers.
std::string holders_of(const std::vector<Node>& nodes) {
    try {
        const std::vector<Holder> holders = find_holders(nodes, Deadline(look_deadline));
        return holders.empty() ? std::string() : ", " + text_of(holders);
    } catch (const std::exception&) {
        return {};
    }
}

void unbind_from(HostContext& context, const std::string& address, const std::string& driver,
                 const Deadline& deadline) {
    const std::vector<Node> nodes = nodes_of_function(context.roots, address);
    context.gate.require_free({address, nodes}, deadline);
    std::string error;
    try {
        error =
            write(context, address, context.roots.pci_driver(driver) / "unbind", address, deadline);
    } catch (const StuckFunction& stuck) {
        throw StuckFunction(stuck.stuck(), stuck.wrong() + holders_of(nodes));
    }
    if (driver_state(context.roots, address) == driver)
        throw Error(address, driver + " does not let it go: " + error, "see the kernel's log");
}

void bind_to(const HostContext& context, const std::string& address, const std::string& driver,
             const Deadline& deadline) {
    const std::string error =
        write(context, address, context.roots.pci_driver(driver) / "bind", address, deadline);
    if (driver_state(context.roots, address) != driver)
        throw Error(address, driver + " did not take it: " + error, "see the kernel's log");
}

} // namespace

std::string driver_state(const Roots& roots, const std::string& subject) {
    const std::filesystem::path directory = roots.function(subject);
    if (!std::filesystem::exists(directory))
        throw Error(subject, "is gone", "see that the device is plugged in and powered");
    return link_name(directory / "driver").value_or(std::string(none));
}

bool set_driver(HostContext& context, const std::string& subject, const std::string& state,
                const Deadline& deadline) {
    const std::string current = driver_state(context.roots, subject);
    if (current == state)
        return false;
    // Before the unbind, so that neither udev nor a module that is just loading takes the function
    // meanwhile. "none" is no driver's name: nothing takes it then.
    set_attribute(context, subject + "/driver_override", state, deadline);
    if (current != none)
        unbind_from(context, subject, current, deadline);
    if (state == none)
        return true;
    if (!registered(context, state)) {
        if (anything_kept_out(context.roots))
            return true; // the module's own step loads it, and thereby binds the function
        const std::string modalias =
            read_text(context.roots.function(subject) / "modalias").value_or("");
        attempt(
            context, subject,
            [&] {
                insert_module(modalias);
                return std::string();
            },
            deadline);
    }
    if (driver_state(context.roots, subject) != state)
        bind_to(context, subject, state, deadline);
    return true;
}

} // namespace handoff
