// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/transaction.hpp"

#include <system_error>

namespace handoff {
namespace {

std::filesystem::path file_of(const Roots& roots, const std::string& subject) {
    std::filesystem::path file = roots.sys / "bus/pci/devices" / subject;
    if (!std::filesystem::exists(file))
        throw Error(subject, "is gone", "see that the device is plugged in and powered");
    return file;
}

/// Up to kernel 6.6 the override is read under the device's lock, which a driver stuck in remove()
/// holds.
bool may_block(const std::string& subject) {
    return subject.ends_with("/driver_override");
}

/// The kernel prints an unset override as "(null)"; written back it would be an override of that
/// name.
std::string shown(const std::filesystem::path& file) {
    std::string text = read_text(file).value_or("");
    return text == "(null)" ? std::string() : text;
}

} // namespace

std::string attribute_state(const Roots& roots, const std::string& subject) {
    const auto read = [&] { return attribute_shown(roots, subject); };
    return may_block(subject) ? guarded(subject, read) : read();
}

std::string attribute_shown(const Roots& roots, const std::string& subject) {
    return shown(file_of(roots, subject));
}

bool set_attribute(HostContext& context, const std::string& subject, const std::string& state,
                   const Deadline& deadline) {
    const std::filesystem::path file = file_of(context.roots, subject);
    if (!may_block(subject) && shown(file) == state)
        return false;
    const auto write = [&] {
        const std::string before = shown(file);
        if (before != state)
            write_text(file, state.empty() ? "\n" : state);
        return before + '\n' + shown(file);
    };
    std::string before_and_after;
    try {
        before_and_after = change(context, subject, write, deadline);
    } catch (const std::system_error& error) {
        throw Error(subject, "cannot be set to \"" + state + "\": " + error.code().message(),
                    "see the kernel's log");
    }
    const std::size_t newline = before_and_after.find('\n');
    if (const std::string after = before_and_after.substr(newline + 1); after != state)
        throw Error(subject, "is \"" + after + "\" although \"" + state + "\" was written",
                    "see the kernel's log");
    return before_and_after.substr(0, newline) != state;
}

} // namespace handoff
