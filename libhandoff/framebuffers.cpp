// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/framebuffers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace handoff {
namespace {

constexpr std::array<std::string_view, 3> drivers{"efi-framebuffer", "vesa-framebuffer",
                                                  "simple-framebuffer"};
/// What they call their memory, simpledrm's by drivers/firmware/sysfb_simplefb.c.
constexpr std::array<std::string_view, 4> claims{"efifb", "vesafb", "simplefb", "BOOTFB"};

struct Line {
    std::size_t depth;
    std::string_view name;
};

/// "    e0000000-e02fffff : vesafb"
Line parse(std::string_view line) {
    const std::size_t depth = std::min(line.find_first_not_of(' '), line.size());
    constexpr std::string_view before_name = " : ";
    const std::size_t colon = line.find(before_name);
    return {depth, colon == std::string_view::npos ? std::string_view()
                                                   : line.substr(colon + before_name.size())};
}

/// Whether a framebuffer's memory lies in the function's.
bool has_claim(std::string_view iomem, std::string_view address) {
    std::size_t inside = std::string_view::npos; // the depth of the function's own line
    for (; !iomem.empty(); iomem.remove_prefix(std::min(iomem.find('\n') + 1, iomem.size()))) {
        const Line line = parse(iomem.substr(0, iomem.find('\n')));
        if (line.name == address)
            inside = line.depth;
        else if (line.depth <= inside && inside != std::string_view::npos)
            inside = std::string_view::npos;
        else if (inside != std::string_view::npos &&
                 std::ranges::find(claims, line.name) != claims.end())
            return true;
        if (iomem.find('\n') == std::string_view::npos)
            break;
    }
    return false;
}

} // namespace

std::string firmware_driver(const Roots& roots, const std::string& platform_device) {
    return link_name(roots.sys / "bus/platform/devices" / platform_device / "driver").value_or("");
}

std::vector<std::string> firmware_framebuffers(const Roots& roots, const std::string& address) {
    std::vector<std::string> found;
    if (!has_claim(read_text(roots.proc / "iomem").value_or(""), address))
        return found;
    for (const std::string_view driver : drivers)
        for (const std::string& entry : list(roots.sys / "bus/platform/drivers" / driver))
            if (entry.find("-framebuffer.") != std::string::npos)
                found.push_back(entry);
    return found;
}

} // namespace handoff
