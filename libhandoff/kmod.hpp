// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace handoff {

/// Loads libkmod, if that has not been done yet; a worker that changes a module finds it there. It
/// is not loaded with the program: it brings libcrypto, whose relocations alone take longer than
/// the rest of the hook's start, and a handoff without modules does without. Throws Error.
void load_libkmod();

/// Inserts a module and what it needs, with the configured options and these. Follows aliases,
/// since distributions name files as they like (nvidia-current holds the module nvidia). What an
/// alias finds is subject to the blacklist, as with udev; what is named is not. Runs driver code:
/// may block. Throws Error, or std::system_error (ENOENT when there is none).
void insert(const std::string& name_or_alias, const std::string& options);

/// Removes a module, and never by force. Runs driver code: may block. Throws Error, or
/// std::system_error (EAGAIN, EBUSY: it is in use; ENOENT: it is not loaded).
void remove(const std::string& module);

} // namespace handoff
