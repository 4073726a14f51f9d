// SPDX-License-Identifier: GPL-2.0-or-later
//
// A card is withdrawn from running programs, and offered to them again, by a synthetic uevent
// (Documentation/ABI/testing/sysfs-uevent): udev forgets it, or learns it, and tells its listeners.
// The device itself stays as it is.
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/fd.hpp"
#include "libhandoff/known_holders.hpp"
#include "libhandoff/nodes.hpp"
#include "libhandoff/owner.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>

namespace handoff {
namespace {

constexpr std::string_view present = "present";
constexpr std::string_view withdrawn = "withdrawn";

struct Card {
    std::filesystem::path directory; ///< in sysfs
    std::string entry;               ///< its file in udev's database: "c226:1", "+sound:card1"
};

/// "card1", and not "card1-HDMI-A-1" or "controlC1".
bool is_card(const Device& device) {
    const std::string name = device.directory.filename();
    return (device.subsystem == "drm" || device.subsystem == "sound") && name.starts_with("card") &&
           name.find('-') == std::string::npos;
}

/// It has no node of its own.
bool is_sound(const Card& card) {
    return card.entry.starts_with('+');
}

std::vector<Card> cards_of(const Roots& roots, const std::string& address) {
    std::vector<Card> cards;
    for (const Device& device : devices_below(roots, address)) {
        if (!is_card(device))
            continue;
        const std::optional<std::string> numbers = read_text(device.directory / "dev");
        cards.push_back({device.directory, numbers ? "c" + *numbers
                                                   : "+" + device.subsystem + ":" +
                                                         device.directory.filename().string()});
    }
    return cards;
}

std::filesystem::path database(const Roots& roots) {
    return roots.run / "udev/data";
}

bool is_present(const Roots& roots, const Card& card) {
    return std::filesystem::exists(database(roots) / card.entry);
}

/// Waits until udev's database has the card, or has it no more.
void wait_for_udev(const Roots& roots, const std::string& address, const Card& card, bool wanted,
                   const Fd& changes, const Deadline& deadline) {
    while (is_present(roots, card) != wanted) {
        pollfd waiting{changes.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, deadline.poll_timeout());
        if (ready == 0)
            throw Error(address, "udev did not take note of the card in time",
                        "see systemctl status systemd-udevd");
        std::array<char, 4096> events{};
        [[maybe_unused]] const ssize_t drained =
            ::read(changes.get(), events.data(), events.size());
    }
}

void tell(const HostContext& context, const std::string& address, const Card& card, bool add,
          const Deadline& deadline) {
    const Fd changes(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const bool watched =
        changes && ::inotify_add_watch(changes.get(), database(context.roots).c_str(),
                                       IN_CREATE | IN_MOVED_TO | IN_DELETE) >= 0;
    if (!watched && !add) // a return does without: its second look comes later
        throw Error(address,
                    std::string("udev cannot be watched: ") +
                        std::generic_category().message(errno),
                    "see systemctl status systemd-udevd");
    change(
        context, address,
        [&] {
            write_text(card.directory / "uevent", add ? "add" : "remove");
            // A sound card is complete at its "change" (SOUND_INITIALIZED in udev's rules, for
            // which sound servers wait). With a real "add" its control node brings that about.
            if (add && is_sound(card))
                write_text(card.directory / "uevent", "change");
            return std::string();
        },
        deadline);
    if (watched)
        wait_for_udev(context.roots, address, card, add, changes, deadline);
}

/// What runs below a user's systemd may be a compositor, or something that nobody would miss.
std::string way_out(const std::string& subject, const Holder& holder) {
    const Owner owner = owner_of(holder.cgroup);
    const std::string stop = "write display = \"stop\", or ";
    if (owner.is_user_service() && !keeps_copies(owner.user_unit))
        return stop + "stop_units = [\"" + owner.subject() + "\"]";
    return stop + "run gpu-handoff reserve " + subject;
}

} // namespace

std::string card_state(const Roots& roots, const std::string& subject) {
    const std::vector<Card> cards = cards_of(roots, subject);
    // A function without its driver has no card: its driver will offer it.
    const bool all =
        std::ranges::all_of(cards, [&](const Card& card) { return is_present(roots, card); });
    return std::string(all ? present : withdrawn);
}

bool set_card(HostContext& context, const std::string& subject, const std::string& state,
              const Deadline& deadline) {
    const bool add = state == present;
    bool changed = false;
    for (const Card& card : cards_of(context.roots, subject)) {
        if (is_present(context.roots, card) == add)
            continue;
        tell(context, subject, card, add, deadline);
        changed = true;
    }
    if (add)
        return changed;
    try {
        context.gate.wait_until_free({subject, nodes_of_function(context.roots, subject)},
                                     deadline);
    } catch (const Held& held) {
        throw Error(subject, text_of(held.holders()) + ", and does not let go",
                    way_out(subject, held.holders().front()));
    }
    return changed;
}

} // namespace handoff
