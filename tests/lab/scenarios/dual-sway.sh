#!/bin/bash
# topology: dual-wayland
# telling: all
# boot: shared
# deadline: 900
# A sway session on the host's GPU lives on with its windows while a domain has the other one. It is asked to open both, but wlroots wants
# GL for a second card ("Failed to query renderer texture formats"), which the lab has not: so it never has the guest's.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

configure win11 'timeout_s = 60'
define_domain win11
find_cards
printf 'exec %s\n' "$LAB_GUEST/window" > /tmp/sway.conf
session WLR_RENDERER=pixman "WLR_DRM_DEVICES=$HOST_CARD:$CARD" /usr/bin/sway -c /tmp/sway.conf
wait_for "WirePlumber has the sound card" 240 sound_held # and does not open it behind the first look
cycle_with_session sway foot only-host
end_session
