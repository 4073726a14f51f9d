// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace handoff {

/// A file as /proc/PID/maps numbers it, on a file system that has no device of its own: the major
/// number is 0.
struct FileId {
    unsigned minor;
    std::uint64_t inode;

    bool operator==(const FileId&) const = default;

    struct Hash {
        std::size_t operator()(const FileId& file) const {
            return std::hash<std::uint64_t>()(file.inode ^ (std::uint64_t{file.minor} << 40U));
        }
    };
};

/// A mapping of a file that may be a device node: devtmpfs, tmpfs and overlay have no device.
struct Mapping {
    std::string_view range; ///< as in the line: "00400000-00452000"
    FileId file;

    bool operator==(const Mapping&) const = default;
};

/// What a line of /proc/PID/maps tells of; nothing if no such file is mapped there. Of most lines
/// only the begin is read: a machine has tens of thousands.
std::optional<Mapping> parse_mapping(std::string_view line);

/// The mapping's name in /proc/PID/map_files. The kernel knows it only without leading zeros.
std::string link_of(const Mapping& mapping);

/// Calls `visit` with those mappings in /proc/PID/maps. Returns the errno of a failed read, or 0.
int for_each_mapping(const Fd& maps, const std::function<void(const Mapping&)>& visit);

} // namespace handoff
