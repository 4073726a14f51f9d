// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"
#include "libhandoff/error.hpp"

#include <chrono>
#include <functional>
#include <string>

/// The error of a call that reaches its deadline: with longer and longer ones until it is what is
/// expected, since a busy machine may not even get to that point in a short one.
inline std::string error_at_deadline(const std::string& expected,
                                     const std::function<void(const handoff::Deadline&)>& call) {
    std::string text;
    for (const int milliseconds : {200, 1000, 5000, 25000}) {
        try {
            call(handoff::Deadline(std::chrono::milliseconds(milliseconds)));
            return "no error";
        } catch (const handoff::Error& error) {
            text = error.what();
        }
        if (text.find(expected) != std::string::npos)
            break;
    }
    return text;
}
