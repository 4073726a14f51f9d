// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook/libvirt.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/worker.hpp"

#include <algorithm>
#include <array>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <system_error>

namespace handoff {
namespace {

using Connection = std::unique_ptr<virConnect, decltype(&virConnectClose)>;
using DomainHandle = std::unique_ptr<virDomain, decltype(&virDomainFree)>;
using Json = nlohmann::json;

/// What an error of libvirt becomes on its way out of the worker, which keeps only its text.
[[noreturn]] void fail() {
    const virError* error = virGetLastError();
    throw std::runtime_error(error == nullptr || error->message == nullptr ? "an unknown error"
                                                                           : error->message);
}

void ignore(void*, virErrorPtr) {} // libvirt would print it

Connection connect(const std::string& uri, unsigned flags) {
    virSetErrorFunc(nullptr, ignore);
    Connection connection(virConnectOpenAuth(uri.c_str(), virConnectAuthPtrDefault, flags),
                          &virConnectClose);
    if (!connection)
        fail();
    return connection;
}

Json facts_of(virDomainPtr domain) {
    std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
    const int active = virDomainIsActive(domain);
    const int persistent = virDomainIsPersistent(domain);
    const std::unique_ptr<char, decltype(&std::free)> xml(
        virDomainGetXMLDesc(domain, persistent == 1 ? unsigned{VIR_DOMAIN_XML_INACTIVE} : 0U),
        &std::free);
    if (virDomainGetUUIDString(domain, uuid.data()) < 0 || active < 0 || persistent < 0 || !xml)
        return {}; // it has vanished meanwhile
    return {{"name", virDomainGetName(domain)},
            {"uuid", uuid.data()},
            {"active", active == 1},
            {"persistent", persistent == 1},
            {"xml", xml.get()},
            {"saved", virDomainHasManagedSaveImage(domain, 0) == 1}};
}

std::string all_domains(const std::string& uri) {
    const Connection connection = connect(uri, VIR_CONNECT_RO);
    virDomainPtr* found = nullptr;
    const int count = virConnectListAllDomains(connection.get(), &found, 0);
    if (count < 0)
        fail();
    Json all = Json::array();
    for (int i = 0; i < count; ++i) {
        const DomainHandle domain(found[i], &virDomainFree);
        if (Json facts = facts_of(domain.get()); !facts.empty())
            all.push_back(std::move(facts));
    }
    std::free(found); // NOLINT(*-no-malloc): libvirt's
    return all.dump();
}

/// The answer of a call in a process of its own.
std::string ask(const std::string& uri, const std::function<std::string()>& call,
                const Deadline& deadline) {
    try {
        return Worker(call).result(deadline);
    } catch (const WorkerTimeout&) {
        throw Error("libvirt", "does not answer (" + uri + ")",
                    "wait until no domain starts or ends, or restart its daemon");
    } catch (const std::exception& error) {
        throw Error("libvirt", error.what(), "see journalctl -u libvirtd -u virtqemud");
    }
}

DomainHandle look_up(const Connection& connection, const std::string& uuid) {
    DomainHandle domain(virDomainLookupByUUIDString(connection.get(), uuid.c_str()),
                        &virDomainFree);
    if (!domain)
        fail();
    return domain;
}

void change(const std::string& uri, const std::string& uuid,
            const std::function<int(virDomainPtr)>& call, const Deadline& deadline) {
    ask(
        uri,
        [&] {
            const Connection connection = connect(uri, 0);
            const DomainHandle domain = look_up(connection, uuid); // its end forgets the error
            if (call(domain.get()) < 0)
                fail();
            return std::string();
        },
        deadline);
}

/// How many letters have to be changed, left out or added.
std::size_t distance(const std::string& one, const std::string& other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t corner = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t same = corner + (one[i] == other[j] ? 0U : 1U);
            corner = row[j + 1];
            row[j + 1] = std::min({same, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::vector<LibvirtDomain> Libvirt::domains(const Deadline& deadline) const {
    const Json all = Json::parse(ask(
        uri_, [&] { return all_domains(uri_); }, deadline));
    std::vector<LibvirtDomain> domains;
    for (const Json& one : all)
        domains.push_back(
            {one["name"], one["uuid"], one["active"], one["persistent"], one["xml"], one["saved"]});
    std::ranges::sort(domains, {}, &LibvirtDomain::name);
    return domains;
}

LibvirtDomain Libvirt::find(const std::string& name_or_uuid, const Deadline& deadline) const {
    std::vector<std::string> names;
    for (LibvirtDomain& domain : domains(deadline)) {
        if (domain.name == name_or_uuid || domain.uuid == name_or_uuid)
            return std::move(domain);
        names.push_back(domain.name);
    }
    std::string offer;
    for (const std::string& name : nearest(name_or_uuid, names))
        offer.append(offer.empty() ? "did you mean " : " or ").append(name);
    throw Error("domain " + name_or_uuid, "libvirt knows none of that name",
                offer.empty() ? "virsh list --all names them" : offer + "?");
}

std::string Libvirt::definition(const std::string& uuid, const Deadline& deadline) const {
    return ask(
        uri_,
        [&] {
            const Connection connection = connect(uri_, 0);
            const DomainHandle domain = look_up(connection, uuid);
            const std::unique_ptr<char, decltype(&std::free)> xml(
                virDomainGetXMLDesc(domain.get(), VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE),
                &std::free);
            if (!xml)
                fail();
            return std::string(xml.get());
        },
        deadline);
}

void Libvirt::define(const std::string& xml, const Deadline& deadline) const {
    ask(
        uri_,
        [&] {
            const Connection connection = connect(uri_, 0);
            const DomainHandle domain(
                virDomainDefineXMLFlags(connection.get(), xml.c_str(), VIR_DOMAIN_DEFINE_VALIDATE),
                &virDomainFree);
            if (!domain)
                fail();
            return std::string();
        },
        deadline);
}

void Libvirt::start(const std::string& uuid, const Deadline& deadline) const {
    change(uri_, uuid, &virDomainCreate, deadline);
}

void Libvirt::shut_down(const std::string& uuid, const Deadline& deadline) const {
    change(
        uri_, uuid,
        [](virDomainPtr domain) {
            return virDomainShutdownFlags(domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN);
        },
        deadline);
}

void Libvirt::destroy(const std::string& uuid, const Deadline& deadline) const {
    change(uri_, uuid, &virDomainDestroy, deadline);
}

std::string refusal_of_hook(const std::string& error) {
    const std::string by_us = "gpu-handoff: ";
    const std::size_t exit = error.find("unexpected exit status");
    const std::size_t line = exit == std::string::npos ? exit : error.find(by_us, exit);
    if (line == std::string::npos)
        return error;
    // Behind it Error has put what to do about libvirt.
    std::string said = error.substr(line + by_us.size(), error.rfind("; ") - line - by_us.size());
    said.erase(said.find_last_not_of(" \n") + 1);
    return said;
}

std::vector<std::string> nearest(const std::string& name, const std::vector<std::string>& names) {
    constexpr std::size_t most = 3;
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& other : names)
        if (const std::size_t far = distance(name, other);
            far <= std::max<std::size_t>(2, name.size() / 2))
            near.emplace_back(far, other);
    std::ranges::sort(near);
    std::vector<std::string> best;
    for (auto& [far, other] : near)
        if (best.size() < most)
            best.push_back(std::move(other));
    return best;
}

} // namespace handoff
