// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/holder_of.hpp"

#include "libhandoff/process.hpp"
#include "libhandoff/sysfs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <pwd.h>
#include <string>
#include <string_view>
#include <system_error>

namespace handoff {
namespace {

std::string text_of_file(const std::filesystem::path& file) {
    try {
        return read_file(file).value_or("");
    } catch (const std::system_error&) {
        return {};
    }
}

std::string user_name(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::string buffer(1024, '\0');
    while (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == ERANGE)
        buffer.resize(buffer.size() * 4);
    return found != nullptr ? found->pw_name : std::to_string(uid);
}

/// The path in systemd's hierarchy, out of /proc/PID/cgroup: that of version 2, or the one that is
/// named for systemd.
std::string cgroup_in(std::string_view text) {
    std::string found;
    for (; !text.empty(); text.remove_prefix(std::min(text.find('\n') + 1, text.size()))) {
        const std::string_view line = text.substr(0, text.find('\n'));
        constexpr std::string_view unified = "0::";
        const std::size_t named = line.find(":name=systemd:");
        if (line.starts_with(unified) && found.empty())
            found = line.substr(unified.size());
        else if (named != std::string_view::npos)
            found = line.substr(line.find('/'));
        if (text.find('\n') == std::string_view::npos)
            break;
    }
    return found;
}

/// The first card of a compositor's own variables, out of /proc/PID/environ.
std::string first_card(std::string_view environment) {
    constexpr std::array<std::string_view, 3> variables{
        "KWIN_DRM_DEVICES=", "WLR_DRM_DEVICES=", "AQ_DRM_DEVICES="};
    while (!environment.empty()) {
        const std::string_view entry = environment.substr(0, environment.find('\0'));
        environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
        for (const std::string_view variable : variables) {
            if (!entry.starts_with(variable))
                continue;
            // Between colons; one that belongs to a name is written "\:".
            std::string card;
            for (std::size_t i = variable.size(); i < entry.size() && entry[i] != ':'; ++i) {
                if (entry[i] == '\\' && i + 1 < entry.size())
                    ++i;
                card.push_back(entry[i]);
            }
            std::error_code unresolved;
            const std::filesystem::path real = std::filesystem::canonical(card, unresolved);
            return unresolved ? card : real.string();
        }
    }
    return {};
}

std::optional<uid_t> user_in(std::string_view status) {
    constexpr std::string_view key = "\nUid:\t"; // the name above it has its newlines escaped
    const std::size_t at = status.find(key);
    if (at == std::string::npos)
        return std::nullopt;
    uid_t uid = 0;
    std::from_chars(status.data() + at + key.size(), status.data() + status.size(), uid);
    return uid;
}

/// A DRM card: what a compositor drives screens through.
bool is_card(const std::string& path) {
    return path.starts_with("/dev/dri/card");
}

std::vector<std::string> cards_first(const std::vector<const Node*>& nodes) {
    std::vector<std::string> paths;
    std::ranges::transform(nodes, std::back_inserter(paths), &Node::path);
    std::stable_partition(paths.begin(), paths.end(), is_card);
    return paths;
}

} // namespace

Holder holder_of(pid_t pid, const std::vector<const Node*>& nodes,
                 const std::filesystem::path& proc) {
    const std::filesystem::path directory = proc / std::to_string(pid);
    std::string name = text_of_file(directory / "comm");
    if (name.ends_with('\n'))
        name.pop_back();
    const std::optional<uid_t> uid = user_in(text_of_file(directory / "status"));
    const std::vector<std::string> paths = cards_first(nodes);
    return {.pid = pid,
            .start = process(pid, proc).value_or(ProcessId{}).start,
            .name = name,
            .user = uid ? user_name(*uid) : "unknown",
            .nodes = paths,
            .cgroup = cgroup_in(text_of_file(directory / "cgroup")),
            .first_card = is_card(paths.front()) ? first_card(text_of_file(directory / "environ"))
                                                 : std::string()};
}

} // namespace handoff
