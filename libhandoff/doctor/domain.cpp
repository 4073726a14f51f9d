// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/checks.hpp"
#include "libhandoff/doctor/settings.hpp"

#include <algorithm>

namespace handoff::doctor {
namespace {

constexpr const char* settings = "/etc/gpu-handoff";

std::optional<std::string> whole_text(const Evidence& evidence, const std::string& file) {
    if (!evidence.exists(file))
        return std::nullopt;
    std::string text;
    std::size_t next = 1;
    for (const Line& line : evidence.lines(file, [](std::string_view) { return true; })) {
        text.append(line.number - next, '\n').append(line.text).append("\n");
        next = line.number + 1;
    }
    return text;
}

/// As load_config() reads them. Throws Error.
std::optional<Config> read_config(const Evidence& evidence, const Guest& guest) {
    const std::string defaults = std::string(settings) + "/gpu-handoff.toml";
    const auto own = whole_text(evidence, file_of(guest));
    if (!own)
        return std::nullopt;
    return parse_config(*own, file_of(guest),
                        parse_config(whole_text(evidence, defaults).value_or(""), defaults, {}));
}

std::string edit(const Guest& guest, const std::string& what) {
    return "run\nvirsh edit " + quoted(guest.name) + "\nand " + what;
}

/// A value of /proc/meminfo in KiB.
std::uint64_t memory(const Evidence& evidence, const std::string& name) {
    const auto line = evidence.line_with("/proc/meminfo", name + ":");
    return line ? number(line->text.substr(name.size() + 1)) : 0;
}

std::string mebibytes(std::uint64_t kibibytes) {
    return std::to_string(kibibytes / 1024) + " MiB";
}

void check_hugepages(const Evidence& evidence, const Guest& guest, Findings& found) {
    const std::uint64_t size =
        guest.page_size != 0 ? guest.page_size : memory(evidence, "Hugepagesize");
    const std::string directory =
        "/sys/kernel/mm/hugepages/hugepages-" + std::to_string(size) + "kB/";
    const std::uint64_t free = number(evidence.text(directory + "free_hugepages").value_or("0"));
    const std::uint64_t all = number(evidence.text(directory + "nr_hugepages").value_or("0"));
    if (size == 0)
        return;
    const std::uint64_t needed = (guest.memory + size - 1) / size;
    const std::string seen = std::to_string(needed) + " huge pages of " + std::to_string(size) +
                             " KiB are needed, " + std::to_string(free) + " are free";
    if (free >= needed)
        return found.ok(seen);
    found.failure(seen, "run\necho " + std::to_string(all + needed - free) + " > " + directory +
                            "nr_hugepages\nor take <hugepages/> out of the domain");
}

} // namespace

std::string file_of(const Guest& guest) {
    return std::string(settings) + "/domains/" + guest.name + ".toml";
}

std::optional<Config> config_of(const Patient& patient) {
    if (!patient.guest)
        return std::nullopt;
    try {
        return read_config(patient.evidence, *patient.guest);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void check_file(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    const std::string file = file_of(guest);
    try {
        if (!read_config(patient.evidence, guest))
            return found.failure("it has none, so gpu-handoff leaves the domain alone",
                                 "run\ngpu-handoff setup " + quoted(guest.name) +
                                     "\nor, if the card is in it already,\ntouch " + quoted(file));
    } catch (const Denied&) {
        throw;
    } catch (const Error& error) {
        return found.failure(error.what(), "correct the line");
    }
    for (const std::string& path : {file, std::string(settings) + "/domains", std::string(settings),
                                    std::string(settings) + "/gpu-handoff.toml"}) {
        const auto status = patient.evidence.status(path);
        if (status && (!status->of_root || (status->mode & 0022U) != 0))
            return found.failure(path + " can be written by others than root",
                                 "check what it says, and run\nchown root " + path +
                                     "\nchmod go-w " + path);
    }
    found.ok(file);
}

void check_devices(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    const std::string setup = "run\ngpu-handoff setup " + quoted(guest.name);
    for (const GuestDevice& device : guest.devices)
        if (patient.function(device.address) == nullptr)
            found.failure(device.address + ": there is no such PCI device",
                          edit(guest, "correct its <hostdev>"));
    for (const Card* card : patient.candidates()) {
        std::vector<std::string> missing;
        for (const Pci& function : card->functions)
            if (guest.device(function.address) == nullptr)
                missing.push_back(function.address);
        if (missing.empty())
            found.ok(card->name() + " with all its functions");
        else
            found.failure(card->name() + " without its " + joined(missing) +
                              ": the card cannot be reset as a whole",
                          setup);
    }
    if (found.all().empty())
        found.failure("the domain has no graphics card", setup);
}

void check_managed(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    for (const GuestDevice& device : guest.devices)
        if (!device.managed)
            found.warning(device.address + " has managed='no': if the hook is not called, libvirt "
                                           "resets a card that the host uses",
                          edit(guest, "write managed='yes' in its <hostdev>"));
}

void check_machine(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    if (!has(guest.machine, "q35"))
        found.warning((guest.machine.empty() ? "not Q35" : guest.machine) +
                          ": cards of today are made for PCI Express, which it has not",
                      "make the domain anew with the chipset Q35: another one cannot be put under "
                      "an installed Windows");
    if (!guest.uefi)
        found.warning("BIOS: many cards show nothing before their driver is loaded",
                      "make the domain anew with the firmware UEFI (virt-manager: Overview, before "
                      "the installation)");
    if (found.all().empty())
        found.ok("Q35 with UEFI");
}

void check_hiding(const Patient& patient, Findings& found) {
    const Guest& guest = *patient.guest;
    if (std::ranges::none_of(patient.candidates(),
                             [](const Card* card) { return card->gpu.vendor == nvidia; }))
        return;
    if (guest.hidden_kvm && guest.vendor_id)
        return found.ok("hidden from the guest's driver");
    constexpr unsigned first_with_newer_drivers = 0x0fc0; // Kepler; before it 391.35 is the last
    const std::string remedy =
        "for a driver before 465 (code 43 in Windows) run\ngpu-handoff setup " +
        quoted(guest.name) + " --hide-kvm";
    for (const Card* card : patient.candidates())
        if (card->gpu.vendor == nvidia && card->gpu.device < first_with_newer_drivers)
            return found.warning(card->name() + " has only drivers that refuse to run in a guest",
                                 remedy);
    found.ok("not hidden, which NVIDIA's drivers do not mind since 465", remedy);
}

void check_memory(const Patient& patient, Findings& found) {
    const Evidence& evidence = patient.evidence;
    const Guest& guest = *patient.guest;
    if (guest.hugepages)
        return check_hugepages(evidence, guest, found);
    const std::uint64_t total = memory(evidence, "MemTotal");
    const std::uint64_t available = memory(evidence, "MemAvailable");
    const std::string seen = mebibytes(guest.memory) + " of " + mebibytes(total);
    if (guest.memory >= total)
        return found.failure(seen + ": more than there is",
                             "run\nvirsh setmaxmem " + quoted(guest.name) + " " +
                                 std::to_string(total / 1024 / 2) + "M --config\nvirsh setmem " +
                                 quoted(guest.name) + " " + std::to_string(total / 1024 / 2) +
                                 "M --config");
    if (guest.memory > available)
        return found.warning(seen + ", of which " + mebibytes(available) +
                                 " are free; a guest with a card takes all of its memory at once",
                             "close programs before the start, or give the domain less memory");
    found.ok(seen);
}

} // namespace handoff::doctor
