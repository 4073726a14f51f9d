#!/bin/bash
# topology: single-wayland
# telling: no
# boot: shared
# deadline: 1800
# A compositor that ann's shell started on tty1, where getty logs her in: no display manager. The same as single-lightdm, with a sound server
# that has the GPU's sound card.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

desktop_tty
configure win11 'timeout_s = 120'
define_domain win11
expect "who draws, and where" "weston ann $(session_of ann) seat0" \
    "$(field "$(gpu-handoff list --json)" "[' '.join(h[k] for k in ('name', 'user', 'session', 'seat')) for h in d['gpus'][0]['holders'] if h['name'] == 'weston'][0]")"
wait_for "a sound server has the sound card" 240 sound_held
cycles_of_desktop 1
wait_for "a sound server has the sound card again" 240 sound_held
