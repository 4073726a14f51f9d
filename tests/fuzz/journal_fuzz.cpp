// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/error.hpp"
#include "libhandoff/journal_format.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace handoff;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    try {
        const Record record = parse_journal(text, "11111111-2222-3333-4444-555555555555");
        // Every whole line is something: nothing is dropped in silence but a repeated "returning".
        const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
        const std::size_t found = record.steps.size() + record.stuck.size() +
                                  record.monitors.size() + record.bad_lines.size();
        expect(found <= lines);
        expect(lines == 0 || record.returning || found + 1 >= lines);
        expect(record.timeout.count() >= 0);
    } catch (const Error& error) {
        expect(std::string_view(error.what()).find("newer") != std::string_view::npos);
    }
    return 0;
}
