// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/worker.hpp"

#include <string>
#include <sys/types.h>

namespace handoff {

/// What the call returns in a worker that has become the user for good: his user and group id, no
/// supplementary groups. Without root's rights only our own user will do, as which the call is made
/// with the groups we have. `subject` is whom an error is about; every error is an Error.
std::string as_user(uid_t user, const std::string& subject, const Worker::Call& call,
                    const Deadline& deadline);

} // namespace handoff
