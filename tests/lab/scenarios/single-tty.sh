#!/bin/bash
# topology: single-wayland
# telling: no
# boot: shared
# deadline: 1800
# A compositor that ann's shell started on tty1, where getty logs her in: no display manager. The same as single-lightdm, with a sound server
# that has the GPU's sound card and a program that D-Bus started. A service that does not come back takes no console from the desktop.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

desktop_tty
configure win11 'timeout_s = 120'
define_domain win11
expect "who draws, and where" "weston ann $(session_of ann) seat0" \
    "$(field "$(gpu-handoff list --json)" "[' '.join(h[k] for k in ('name', 'user', 'session', 'seat')) for h in d['gpus'][0]['holders'] if h['name'] == 'weston'][0]")"
wait_for "a sound server has the sound card" 240 sound_held
# What D-Bus starts for her is in the unit of her bus, which cannot be stopped over that bus.
rm -f /tmp/held
runuser -u ann -- "$LAB_GUEST/hold" open "/dev/dri/by-path/pci-$GPU-card" > /tmp/held &
wait_for "the program has the card" 60 test -s /tmp/held
program=$(pgrep -u ann -f "$LAB_GUEST/hold") || fail "nobody has the card for ann"
echo "$program" > "/sys/fs/cgroup$(systemctl --user --machine=ann@.host show --value -p ControlGroup dbus.service)/cgroup.procs"
cursor=$(journal_cursor)
cycles_of_desktop 1
logged "$cursor" win11 | grep -q "^process $program .*: running -> ended" || fail "it was not ended: $(logged "$cursor" win11)"
wait_for "a sound server has the sound card again" 240 sound_held

step "another service does not come back: the log says so, and the desktop stays on the screen"
before=$(host_state)
find_sound "$AUDIO" controlC
put /run/systemd/system/helper.service <<UNIT
[Service]
ExecStartPre=/bin/sh -c "[ ! -e /run/helped ]"
ExecStart=$LAB_GUEST/hold open $NODE
ExecStartPost=/bin/touch /run/helped
UNIT
systemctl daemon-reload
systemctl start helper.service
wait_for "the service has the sound card" 60 has_open "$NODE" hold
configure win11 $'timeout_s = 120\nstop_units = ["helper.service"]\n'
start_ok win11
guest_ready
cursor=$(journal_cursor)
destroy win11
wait_for "the log says so" 60 journal_has "$cursor" "win11: not given back: helper.service: "
wait_for "nothing keeps the host awake" 60 not_running stay-awake
desktop_back
expect "the console on the screen" tty1 "$(cat /sys/class/tty/tty0/active)"
rm /run/helped
gpu-handoff recover || fail "gpu-handoff recover"
systemctl stop helper.service
rm -f /run/helped
same_state "$before" "by a service that came back late"
