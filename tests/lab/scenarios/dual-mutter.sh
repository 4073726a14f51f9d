#!/bin/bash
# topology: dual-xorg
# telling: all
# boot: shared
# deadline: 1200
# GNOME's compositor opens every card and never lets one go: the start is refused by its name and both ways out, and the session goes on. With
# the card reserved, a session that begins does not open it, and the domain starts beside it.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

gnome() {
    session /usr/bin/gnome-shell --wayland --no-x11
    wait_for "GNOME has the host's GPU" 300 has_open "$HOST_CARD" gnome-shell
    wait_for "GNOME is up" 300 shell_is_up
}
shell_is_up() { busctl --user --machine=ann@.host status org.gnome.Shell; }

configure win11
define_domain win11
find_cards
gnome
has_open "$CARD" gnome-shell || fail "GNOME does not have the guest's GPU"
step "$CARD is held by: $(holders_of "$CARD")"
alive=$(still_alive gnome-shell)
start_refused win11 "^gpu-handoff: $GPU: gnome-shell \(pid [0-9]+, user ann.*cannot let it go; write display = \"stop\", or run gpu-handoff reserve $GPU"
expect "the session and GNOME after the refusal" "$alive" "$(still_alive gnome-shell)"
has_open "$CARD" gnome-shell || fail "GNOME has lost the card"
shot gpu0 mutter-refused-host
shot gpu1 mutter-refused-guest
end_session

step "the way out: the card is reserved before the session begins"
gpu-handoff reserve "$GPU"
gnome
has_open "$CARD" gnome-shell && fail "GNOME has the reserved card"
alive=$(still_alive gnome-shell)
start_ok win11
expect "the session and GNOME while win11 runs" "$alive" "$(still_alive gnome-shell)"
destroy win11
expect "the session and GNOME after win11" "$alive" "$(still_alive gnome-shell)"
find_cards
has_open "$CARD" gnome-shell && fail "GNOME has the reserved card after win11"
shot gpu0 mutter-reserved-host
end_session
gpu-handoff reserve "$GPU" --remove
