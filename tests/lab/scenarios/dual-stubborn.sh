#!/bin/bash
# topology: dual-wayland
# telling: no
# boot: shared
# deadline: 900
# A compositor that has the guest's GPU open and does not let go when the card is withdrawn: the start is refused by its name, the card is
# there for everybody again, and the session goes on.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

# offered: the card is in udev's database, and has its links.
offered() {
    [[ -e /dev/dri/by-path/pci-$GPU-card ]] && udevadm info "$CARD" | grep -q 'E: DEVLINKS=.*by-path'
}

configure win11 'timeout_s = 15'
define_domain win11
find_cards
session "$LAB_GUEST/stubborn" "$CARD"
wait_for "it has the card" 240 has_open "$CARD" stubborn
alive=$(still_alive stubborn)
step "the card is held by: $(holders_of "$CARD")"
offered || fail "the card is not in udev's database: $(udevadm info "$CARD")"
SECONDS=0
start_refused win11 "^gpu-handoff: .*stubborn \(pid $(pgrep -x stubborn), user ann.*\).*$CARD.*; write display = \"stop\", or run gpu-handoff reserve $GPU"
step "refused after $SECONDS s: $REFUSAL"
udevadm settle
offered || fail "the card is not offered again: $(udevadm info "$CARD")"
expect "the session and its compositor" "$alive" "$(still_alive stubborn)"
has_open "$CARD" stubborn || fail "the compositor has lost the card"
end_session
step "it has ended: the domain starts"
start_ok win11
destroy win11
