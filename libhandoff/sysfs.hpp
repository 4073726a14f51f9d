// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// Where the kernel's and our own files lie. Tests put trees of their own in their place.
struct Roots {
    std::filesystem::path sys = "/sys";
    std::filesystem::path proc = "/proc";
    std::filesystem::path dev = "/dev";
    std::filesystem::path run = "/run";
    std::filesystem::path etc = "/etc/gpu-handoff";
    std::filesystem::path host_etc = "/etc"; ///< udev's and the sessions' settings
    std::filesystem::path usr = "/usr";
    std::filesystem::path state = "/var/lib/gpu-handoff"; ///< what outlives a restart
    std::filesystem::path boot = "/boot";

    /// The directory of a PCI function.
    [[nodiscard]] std::filesystem::path function(std::string_view address) const;
    /// The directory of a PCI driver; it exists while the driver is registered.
    [[nodiscard]] std::filesystem::path pci_driver(std::string_view name) const;
    [[nodiscard]] std::filesystem::path module(std::string_view name) const;
    /// One journal per domain lies here.
    [[nodiscard]] std::filesystem::path journals() const { return run / "gpu-handoff"; }
    /// The handoffs of the past.
    [[nodiscard]] std::filesystem::path history() const { return state / "history"; }
};

/// The file's bytes; nothing if there is no such file. Throws std::system_error.
std::optional<std::string> read_file(const std::filesystem::path& file);
/// The same without the newline at its end.
std::optional<std::string> read_text(const std::filesystem::path& file);

/// One open, one write: the kernel's answer to a sysfs write is the errno of that write. Throws
/// std::system_error.
void write_text(const std::filesystem::path& file, std::string_view text);

/// What a directory says of one of its names.
struct Entry {
    std::string name;
    bool is_directory = false; ///< itself, and not through a link
    bool is_link = false;
};

/// A directory's entries, sorted by name; none if there is no such directory. Throws
/// std::system_error. (Not std::filesystem: its paths are taken apart one by one, which costs more
/// than all the kernel does here.)
std::vector<Entry> entries(const std::string& directory);

/// Names in a directory, sorted; none if there is no such directory. Throws std::system_error.
std::vector<std::string> list(const std::filesystem::path& directory);

/// The last part of what a symbolic link points to ("amdgpu" for .../driver); nothing if there is
/// no link.
std::optional<std::string> link_name(const std::filesystem::path& link);

} // namespace handoff
