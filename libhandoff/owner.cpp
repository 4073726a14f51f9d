// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/owner.hpp"

#include <algorithm>
#include <charconv>

namespace handoff {
namespace {

/// Takes the first part off the path; empty at its end.
std::string_view next_part(std::string_view& path) {
    path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    // A name that would be taken for a kernel's file has "_" put before it.
    if (part.starts_with('_'))
        part.remove_prefix(1);
    return part;
}

/// The first part that is no slice.
std::string_view next_unit(std::string_view& path, bool& machine) {
    std::string_view part = next_part(path);
    while (part.ends_with(".slice")) {
        machine = machine || part == "machine.slice";
        part = next_part(path);
    }
    return part;
}

/// What stands between prefix and suffix; nothing if they do not fit.
std::optional<std::string_view> between(std::string_view text, std::string_view prefix,
                                        std::string_view suffix) {
    if (text.size() <= prefix.size() + suffix.size() || !text.starts_with(prefix) ||
        !text.ends_with(suffix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    text.remove_suffix(suffix.size());
    return text;
}

} // namespace

std::string Owner::subject() const {
    return manager ? "user@" + std::to_string(*manager) + ":" + user_unit : unit;
}

Owner owner_of(std::string_view cgroup) {
    Owner owner;
    owner.unit = next_unit(cgroup, owner.machine);
    if (const auto user = between(owner.unit, "user@", ".service")) {
        uid_t uid = 0;
        if (std::from_chars(user->data(), user->data() + user->size(), uid).ec == std::errc())
            owner.manager = uid;
        bool its_machine = false; // a user's own containers are the user's
        owner.user_unit = next_unit(cgroup, its_machine);
    } else if (const auto session = between(owner.unit, "session-", ".scope"))
        owner.session = *session;
    return owner;
}

} // namespace handoff
