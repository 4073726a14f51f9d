// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/doctor.hpp"
#include "libhandoff/doctor/guest.hpp"
#include "libhandoff/evidence.hpp"

#include <optional>
#include <string>
#include <vector>

namespace handoff::doctor {

constexpr unsigned amd = 0x1002;
constexpr unsigned intel = 0x8086;
constexpr unsigned nvidia = 0x10de;

/// A PCI function.
struct Pci {
    std::string address;
    unsigned device_class = 0; ///< 24 bits, as in sysfs
    unsigned vendor = 0;
    unsigned device = 0;
    std::string driver; ///< empty without one
    std::string group;  ///< number of its IOMMU group; empty without an IOMMU
    bool is_virtual = false;
};

/// A graphics card: the functions of a slot one of which is a display controller; a virtual
/// function is a card of its own.
struct Card {
    Pci gpu;
    std::vector<Pci> functions; ///< the GPU's own included
    bool boot_vga = false;      ///< the firmware started on it
    bool integrated = false;    ///< part of the processor

    [[nodiscard]] std::string name() const; ///< "0000:01:00.0 (NVIDIA 10de:2684)"
};

/// What the checks look at.
struct Patient {
    const Evidence& evidence;
    std::vector<Pci> functions; ///< all of the machine
    std::vector<Card> cards;
    std::optional<Guest> guest;

    /// The cards that a domain is meant to have: the guest's; without one, those that are not part
    /// of the processor, and of several of these not the one that the firmware starts on.
    [[nodiscard]] std::vector<const Card*> candidates() const;
    [[nodiscard]] const Pci* function(const std::string& address) const;
    /// Whether the candidates leave the host no card: its desktop ends while a domain has them.
    [[nodiscard]] bool leaves_none() const;
};

/// Throws Error when the domain's XML is none.
Patient admit(const Evidence& evidence, const std::optional<std::string>& domain_xml);

/// What one check found.
class Findings {
public:
    explicit Findings(std::string check) : check_(std::move(check)) {}
    void ok(std::string seen, std::string remedy = {}) {
        add(Verdict::ok, std::move(seen), std::move(remedy));
    }
    void warning(std::string seen, std::string remedy) {
        add(Verdict::warning, std::move(seen), std::move(remedy));
    }
    void failure(std::string seen, std::string remedy) {
        add(Verdict::failure, std::move(seen), std::move(remedy));
    }
    void unknown(std::string seen, std::string remedy) {
        add(Verdict::unknown, std::move(seen), std::move(remedy));
    }
    [[nodiscard]] const std::vector<Finding>& all() const { return all_; }

private:
    void add(Verdict verdict, std::string seen, std::string remedy) {
        all_.push_back({check_, verdict, std::move(seen), std::move(remedy)});
    }
    std::string check_;
    std::vector<Finding> all_;
};

/// Whether the text has it somewhere.
bool has(std::string_view text, std::string_view part);
/// Whether a program of that name is installed.
bool has_program(const Evidence& evidence, const std::string& name);
/// The name as a word of a shell.
std::string quoted(const std::string& name);
/// The last part of a path.
std::string last_part(const std::string& path);
/// The names, with commas.
std::string joined(const std::vector<std::string>& names);
/// The number that the text begins with, hexadecimal after 0x.
unsigned long number(const std::string& text);

} // namespace handoff::doctor
