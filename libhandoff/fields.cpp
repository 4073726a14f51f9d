// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/fields.hpp"

namespace handoff {

std::string line_of(const Fields& fields) {
    std::string line;
    for (const std::string& field : fields) {
        if (!line.empty())
            line.push_back('\t');
        for (char c : field) {
            if (c == '\t')
                line.append("\\t");
            else if (c == '\n')
                line.append("\\n");
            else if (c == '\\')
                line.append("\\\\");
            else
                line.push_back(c);
        }
    }
    line.push_back('\n');
    return line;
}

Fields fields_of(std::string_view line) {
    Fields fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\t')
            fields.emplace_back();
        else if (line[i] == '\\' && i + 1 < line.size()) {
            const char c = line[++i];
            fields.back().push_back(c == 't' ? '\t' : c == 'n' ? '\n' : c);
        } else
            fields.back().push_back(line[i]);
    }
    return fields;
}

} // namespace handoff
