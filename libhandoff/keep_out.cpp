// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/keep_out.hpp"

#include "libhandoff/error.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

/// Of several install lines for a module the first one counts, in the order of the files' names.
constexpr std::string_view file_prefix = "00-gpu-handoff-";

std::filesystem::path keep_out_directory(const Roots& roots) {
    return roots.run / "modprobe.d";
}

std::filesystem::path keep_out_file(const Roots& roots, const std::string& module) {
    return keep_out_directory(roots) / (std::string(file_prefix) + module + ".conf");
}

} // namespace

void keep_out(const Roots& roots, const std::string& module) {
    std::filesystem::create_directories(keep_out_directory(roots));
    std::ofstream file(keep_out_file(roots, module));
    file << "# A domain has the card. gpu-handoff removes this file when the card is back.\n"
         << "install " << module << " /bin/false\n";
    file.close();
    if (!file)
        throw Error(keep_out_file(roots, module).string(), "cannot be written",
                    "make room under /run");
}

void let_in(const Roots& roots, const std::string& module) {
    const std::filesystem::path file = keep_out_file(roots, module);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        throw std::system_error(errno, std::generic_category(), file.string());
}

bool anything_kept_out(const Roots& roots) {
    return std::ranges::any_of(list(keep_out_directory(roots)), [](const std::string& name) {
        return name.starts_with(file_prefix);
    });
}

} // namespace handoff
