// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/doctor_save.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/recording.hpp"

#include <fstream>
#include <system_error>

namespace handoff {
namespace {

constexpr const char* head = "# Recorded by gpu-handoff doctor --save.\n";

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream stream(file);
    stream << text;
    stream.close();
    if (!stream)
        throw Error(file.string(), "cannot be written", "name a directory that can");
}

} // namespace

void require_empty(const std::filesystem::path& directory) {
    std::error_code error;
    const bool there = std::filesystem::exists(directory, error);
    if (there && (!std::filesystem::is_directory(directory, error) ||
                  !std::filesystem::is_empty(directory, error)))
        throw Error(directory.string(), "is there already, and not empty", "name a new directory");
}

void save_recording(const std::filesystem::path& directory, const Evidence& evidence,
                    const std::optional<std::string>& domain_xml,
                    const std::vector<std::string>& names) {
    require_empty(directory);
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        throw Error(directory.string(), "cannot be made: " + error.message(),
                    "name a directory that can");
    const std::string machine = anonymous(recording_of(evidence), names);
    std::optional<std::string> domain;
    if (domain_xml)
        domain = anonymous(essence_of_domain(*domain_xml), names);
    write(directory / "machine", head + machine);
    if (domain)
        write(directory / "domain.xml", *domain);
    write(directory / "expected", text_of(examine(read_recording(machine), domain)));
}

} // namespace handoff
