// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/monitor.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace handoff {

/// How a GPU's driver is made to let it go.
enum class Unload {
    automatic, ///< unload the module stack when the GPU is the driver's only device, else unbind
    always,    ///< unload, or refuse
    never,     ///< unbind, or refuse
};

/// What may become of the desktop that is on the GPU.
enum class Display {
    automatic, ///< stays if the card can be withdrawn from it, is ended if it has no other screen
    keep,      ///< is never ended
    stop,      ///< is ended whenever it has the GPU
};

/// What becomes of a process that has the GPU and belongs to nobody who could be asked to stop it.
enum class OnBusy {
    refuse,
    terminate, ///< SIGTERM, and SIGKILL if that does not help
};

/// The settings of one domain's handoff; the defaults are those of an empty file.
struct Config {
    /// PCI addresses that are handed over; nothing means "auto": the GPU's slot and its IOMMU
    /// group.
    std::optional<std::vector<std::string>> devices = {};
    Unload unload = Unload::automatic;
    Display display = Display::automatic;
    OnBusy on_busy = OnBusy::refuse;
    /// Services that are stopped if they have the GPU, and started again on return, besides the
    /// known helpers: "ollama.service", "user@1000:sunshine.service".
    std::vector<std::string> stop_units = {};
    /// Screens that are switched to the guest's input when it has started, and back when it ended.
    std::vector<MonitorSetting> monitor = {};
    std::chrono::seconds timeout{
        25}; ///< deadline of all forward steps together; the return has the same again

    bool operator==(const Config&) const = default;
};

/// The settings that `text` makes over those of `base`; `file` is only named in errors, as in
/// load_config.
Config parse_config(std::string_view text, const std::string& file, Config base);

/// The domain's settings: ETC/domains/NAME.toml over ETC/gpu-handoff.toml; nothing when the domain
/// has no file. The name is compared with the directory's listing and never built into a path.
/// Throws Error with "FILE:LINE: KEY: reason; remedy" (FILE relative to nothing: the full path) for
/// a bad key, a wrong type or value, and a file that cannot be read, belongs to neither root nor
/// the effective user, or is writable by others; both directories must be as safe as the files.
/// Only a missing directory or entry means "no file".
std::optional<Config> load_config(const std::filesystem::path& etc, const std::string& domain_name);

} // namespace handoff
