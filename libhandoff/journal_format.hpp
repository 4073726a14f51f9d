// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/journal.hpp"

#include <string>
#include <string_view>

namespace handoff {

/// The lines of a journal, each with its newline. The format is in journal_format.cpp.
std::string header_line(const Record& record);
std::string step_line(const Step& step);
std::string stuck_line(const Stuck& stuck);
std::string monitor_line(const MonitorReturn& monitor);
std::string returning_line();

/// All lines of a record.
std::string text_of(const Record& record);

/// The record in a journal's text. Throws Error if it was written in a newer format.
Record parse_journal(std::string_view text, const std::string& uuid);

} // namespace handoff
