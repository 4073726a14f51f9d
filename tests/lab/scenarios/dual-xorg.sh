#!/bin/bash
# topology: dual-xorg
# telling: all
# boot: shared
# deadline: 900
# Xorg opens every card and never lets one go: the start is refused by its name and both ways out, and the session goes on.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

configure win11
define_domain win11
find_cards
session XDG_SESSION_TYPE=x11 /usr/bin/xinit /usr/bin/xterm -- /usr/bin/X :0 vt1 -keeptty
wait_for "Xorg has the host's GPU" 240 has_open "$HOST_CARD" Xorg
wait_for "Xorg has the guest's GPU" 240 has_open "$CARD" Xorg
wait_for "xterm is open" 240 pgrep -u ann -x xterm
step "$CARD is held by: $(holders_of "$CARD")"
alive=$(still_alive Xorg xterm)
start_refused win11 "^gpu-handoff: $GPU: Xorg \(pid [0-9]+, user ann.*cannot let it go; write display = \"stop\", or run gpu-handoff reserve $GPU"
expect "the session, Xorg and xterm after the refusal" "$alive" "$(still_alive Xorg xterm)"
has_open "$CARD" Xorg || fail "Xorg has lost the card"
shot gpu0 xorg-after-host
end_session
