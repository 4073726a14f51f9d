// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"

namespace handoff {
namespace {

constexpr std::string_view driver_override = "/driver_override";

std::filesystem::path file_of(const Roots& roots, const std::string& subject) {
    std::filesystem::path file = roots.sys / "bus/pci/devices" / subject;
    if (!std::filesystem::exists(file))
        throw Error(subject, "is gone", "see that the device is plugged in and powered");
    return file;
}

} // namespace

std::string attribute_state(const Roots& roots, const std::string& subject) {
    const std::filesystem::path file = file_of(roots, subject);
    if (!subject.ends_with(driver_override))
        return read_text(file).value_or("");
    // Up to kernel 6.6 the override is read under the device's lock, which a driver stuck in
    // remove() holds.
    std::string text = guarded_read(subject, file);
    // The kernel prints an unset override so; written back it would be an override of that name.
    return text == "(null)" ? std::string() : text;
}

void set_attribute(HostContext& context, const std::string& subject, const std::string& state,
                   const Deadline& deadline) {
    if (attribute_state(context.roots, subject) == state)
        return;
    const std::filesystem::path file = file_of(context.roots, subject);
    change(
        context, subject,
        [&] {
            write_text(file, state.empty() ? "\n" : state);
            return std::string();
        },
        deadline);
    if (const std::string now = attribute_state(context.roots, subject); now != state)
        throw Error(subject, "is \"" + now + "\" although \"" + state + "\" was written",
                    "see the kernel's log");
}

} // namespace handoff
