#!/bin/bash
# topology: dual-xorg
# telling: all
# boot: shared
# deadline: 1200
# GNOME's compositor opens every card and never lets one go: the start is refused by its name and both ways out, and the session goes on. With
# the card reserved, a session that begins does not open it, and the domain starts beside it.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

# gnome NAME: ann's session, on a background of one colour.
gnome() {
    install -d -o ann -g ann /home/ann/.config/glib-2.0/settings
    cat > /home/ann/.config/glib-2.0/settings/keyfile <<'SETTINGS'
[org/gnome/desktop/background]
picture-options='none'
primary-color='#0000ff'
SETTINGS
    chown -R ann: /home/ann/.config
    session GSETTINGS_BACKEND=keyfile /usr/bin/gnome-shell --wayland --no-x11
    wait_for "GNOME has the host's GPU" 300 has_open "$HOST_CARD" gnome-shell
    seen gpu0 "$1" 0000ff
}

configure win11
define_domain win11
find_cards
gnome mutter-1-both
has_open "$CARD" gnome-shell || fail "GNOME does not have the guest's GPU"
step "$CARD is held by: $(holders_of "$CARD")"
alive=$(still_alive gnome-shell)
start_refused win11 "^gpu-handoff: $GPU: gnome-shell \(pid [0-9]+, user ann.*cannot let it go; write display = \"stop\", or run gpu-handoff reserve $GPU"
expect "the session and GNOME after the refusal" "$alive" "$(still_alive gnome-shell)"
has_open "$CARD" gnome-shell || fail "GNOME has lost the card"
end_session

step "the way out: the card is reserved before the session begins"
gpu-handoff reserve "$GPU"
gnome mutter-2-reserved
has_open "$CARD" gnome-shell && fail "GNOME has the reserved card"
alive=$(still_alive gnome-shell)
start_ok win11
expect "the session and GNOME while win11 runs" "$alive" "$(still_alive gnome-shell)"
destroy win11
expect "the session and GNOME after win11" "$alive" "$(still_alive gnome-shell)"
find_cards
has_open "$CARD" gnome-shell && fail "GNOME has the reserved card after win11"
seen gpu0 mutter-3-after 0000ff
end_session
gpu-handoff reserve "$GPU" --remove
