#!/bin/bash
# topology: dual-wayland
# telling: all
# boot: shared
# deadline: 900
# PipeWire and WirePlumber of a logged-in user have the guest's HDMI sound card: they let it go by themselves, and have it again afterwards.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

configure win11 'timeout_s = 60'
define_domain win11
session /usr/bin/sleep infinity
wait_for "WirePlumber has the sound card" 240 sound_held
before=$(host_state)
step "held by: $(holders_of "$NODE")"
alive=$(still_alive pipewire wireplumber sleep)
start_ok win11
expect "the sound server and the session while win11 runs" "$alive" "$(still_alive pipewire wireplumber sleep)"
destroy win11
wait_for "WirePlumber has the sound card again" 240 sound_held
same_state "$before" "by a cycle with a sound server"
expect "the sound server and the session after win11" "$alive" "$(still_alive pipewire wireplumber sleep)"
end_session
