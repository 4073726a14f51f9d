// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "libhandoff/deadline.hpp"

#include <string>
#include <vector>

namespace handoff {

/// A domain as libvirt knows it.
struct LibvirtDomain {
    std::string name;
    std::string uuid; ///< lower case, 8-4-4-4-12
    bool active = false;
    bool persistent = false;
    std::string xml;    ///< of the next start: what a persistent domain is defined as; no passwords
    bool saved = false; ///< the next start resumes what was saved, with the devices of then

    bool operator==(const LibvirtDomain&) const = default;
};

/// libvirt's daemon, asked by the command only: the hook never does, since the daemon waits for it.
/// A call blocks while a hook of that domain runs, and so each is made in a process of its own,
/// with its own deadline. All throw Error: when libvirt cannot be reached or does not answer, and
/// with libvirt's own words when it refuses.
class Libvirt {
public:
    /// By its URI: "qemu:///system".
    explicit Libvirt(std::string uri) : uri_(std::move(uri)) {}

    /// All domains, by name.
    [[nodiscard]] std::vector<LibvirtDomain> domains(const Deadline& deadline) const;
    /// By name or uuid. If there is none, the error offers the nearest names.
    [[nodiscard]] LibvirtDomain find(const std::string& name_or_uuid,
                                     const Deadline& deadline) const;

    /// What a persistent domain is defined as, with its passwords.
    [[nodiscard]] std::string definition(const std::string& uuid, const Deadline& deadline) const;
    /// Defines a domain, or defines one with the same name and uuid anew.
    void define(const std::string& xml, const Deadline& deadline) const;
    void start(const std::string& uuid, const Deadline& deadline) const;
    /// Presses the guest's power button (ACPI).
    void shut_down(const std::string& uuid, const Deadline& deadline) const;
    /// Ends the guest at once.
    void destroy(const std::string& uuid, const Deadline& deadline) const;

private:
    std::string uri_;
};

/// How long a call of libvirt's may take by default.
constexpr std::chrono::seconds libvirt_patience{10};

/// What the hook said, if libvirt's error tells that it refused a start; else the error as it is.
std::string refusal_of_hook(const std::string& error);

/// The names that a person may have meant, best first, at most three.
std::vector<std::string> nearest(const std::string& name, const std::vector<std::string>& names);

} // namespace handoff
