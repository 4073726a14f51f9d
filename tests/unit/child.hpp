// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/unit/process.hpp"

#include <functional>
#include <unistd.h>

/// A process that has done something, and then lives as long as this object.
class Child {
public:
    /// Returns when `act` has; it must have returned true.
    explicit Child(const std::function<bool()>& act)
        : process_([&](int ready) {
              if (!act() || ::write(ready, "y", 1) != 1)
                  return;
              for (;;)
                  ::pause();
          }) {}

    [[nodiscard]] pid_t pid() const { return process_.pid(); }

private:
    Process process_;
};
