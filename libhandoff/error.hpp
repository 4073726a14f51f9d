// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace handoff {

/// What a person reads: "subject: what is wrong; what to do", one line.
/// Errors of system calls are std::system_error until somebody who knows the subject makes one of
/// these.
class Error : public std::runtime_error {
public:
    Error(std::string_view subject, std::string_view wrong, std::string_view remedy);

protected:
    explicit Error(const std::string& text) : std::runtime_error(text) {}
};

/// A failure after which the host does not have back all it had.
class NotAllGivenBack : public Error {
public:
    explicit NotAllGivenBack(const std::string& failure)
        : Error(failure + "; not all given back, run gpu-handoff recover") {}
};

/// A module that is in use: its removal was refused by the kernel, which is the proof that somebody
/// holds it.
class ModuleBusy : public Error {
public:
    using Error::Error;
};

/// The text without control characters, for a log.
std::string printable(std::string_view text);

/// The text as exactly one line of at most 200 bytes, "gpu-handoff: " included, without control
/// characters: libvirt shows the hook's stderr verbatim, and virt-manager puts it into a dialog.
std::string one_line(std::string_view text);

} // namespace handoff
