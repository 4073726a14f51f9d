// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/holders.hpp"

#include "libhandoff/known_holders.hpp"
#include "libhandoff/owner.hpp"
#include "libhandoff/scan.hpp"
#include "libhandoff/worker.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace handoff {
namespace {

constexpr std::size_t named = 2; // of the holders in a line for people
/// With fewer processes a second worker costs more than it takes off the first one.
constexpr std::size_t worth_a_worker = 200;

// Between worker and caller a holder is fields "SIZE:BYTES", for a process's name may be anything:
// seven, the last of which says how many nodes follow.
void pack(std::string_view field, std::string& packed) {
    packed.append(std::to_string(field.size())).append(":").append(field);
}

std::string packed(const std::vector<Holder>& holders) {
    std::string text;
    for (const Holder& holder : holders) {
        pack(std::to_string(holder.pid), text);
        pack(holder.start, text);
        pack(holder.name, text);
        pack(holder.user, text);
        pack(holder.cgroup, text);
        pack(holder.first_card, text);
        pack(std::to_string(holder.nodes.size()), text);
        for (const std::string& node : holder.nodes)
            pack(node, text);
    }
    return text;
}

template <typename Number> Number number(std::string_view text) {
    Number value{};
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        throw std::runtime_error("the list of holders is torn");
    return value;
}

/// Takes one field off the text.
std::string unpack(std::string_view& packed) {
    const std::size_t colon = std::min(packed.find(':'), packed.size());
    const auto size = number<std::size_t>(packed.substr(0, colon));
    packed.remove_prefix(std::min(colon + 1, packed.size()));
    if (packed.size() < size)
        throw std::runtime_error("the list of holders is torn");
    std::string field(packed.substr(0, size));
    packed.remove_prefix(size);
    return field;
}

void unpack(std::string_view packed, std::vector<Holder>& holders) {
    while (!packed.empty()) {
        Holder& holder = holders.emplace_back();
        holder.pid = number<pid_t>(unpack(packed));
        holder.start = unpack(packed);
        holder.name = unpack(packed);
        holder.user = unpack(packed);
        holder.cgroup = unpack(packed);
        holder.first_card = unpack(packed);
        for (auto nodes = number<std::size_t>(unpack(packed)); nodes > 0; --nodes)
            holder.nodes.push_back(unpack(packed));
    }
}

/// Deals the processes out in turn: neighbours were often started by the same program and are
/// alike.
std::vector<std::vector<pid_t>> shares(const std::vector<pid_t>& pids, unsigned count) {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    const auto useful = static_cast<unsigned>(1 + pids.size() / worth_a_worker);
    std::vector<std::vector<pid_t>> shares(std::clamp(std::min(count, useful), 1U, cores));
    std::size_t turn = 0;
    for (const pid_t self = ::getpid(); const pid_t pid : pids)
        if (pid != self)
            shares[turn++ % shares.size()].push_back(pid);
    return shares;
}

/// For another one, who matters more.
bool keeps_a_copy(const Holder& holder) {
    const Owner owner = owner_of(holder.cgroup);
    return !owner.manager && keeps_copies(owner.unit);
}

} // namespace

std::vector<Holder> find_holders(const std::vector<Node>& nodes, const Deadline& deadline,
                                 const std::filesystem::path& proc, const Effort& effort) {
    if (nodes.empty())
        return {};
    // The list is made before the workers are, so they are not on it.
    std::vector<Worker> workers;
    for (const std::vector<pid_t>& share : shares(processes_in(proc), effort.workers))
        workers.emplace_back([&] { return packed(scan(nodes, share, proc, effort)); });
    std::vector<Holder> holders;
    for (Worker& worker : workers)
        unpack(worker.result(deadline), holders);
    std::ranges::sort(holders, {}, &Holder::pid);
    return holders;
}

std::string text_of(std::vector<Holder> holders) {
    std::stable_partition(holders.begin(), holders.end(), std::not_fn(keeps_a_copy));
    std::string text;
    for (std::size_t i = 0; i < std::min(named, holders.size()); ++i) {
        const Holder& holder = holders[i];
        const Owner owner = owner_of(holder.cgroup);
        text.append(i == 0 ? "" : ", ").append(holder.name);
        text.append(" (pid ").append(std::to_string(holder.pid));
        text.append(", user ").append(holder.user);
        if (const std::string unit = owner.manager ? owner.user_unit : owner.unit; !unit.empty())
            text.append(", ").append(unit);
        text.append(") has ").append(holder.nodes.front()).append(" open");
    }
    if (holders.size() > named)
        text.append(" and ").append(std::to_string(holders.size() - named)).append(" more");
    return text;
}

} // namespace handoff
