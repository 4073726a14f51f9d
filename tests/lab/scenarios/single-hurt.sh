#!/bin/bash
# topology: single
# telling: no
# boot: shared
# deadline: 1800
# Display managers that misbehave: one that is started by hand while the domain runs, one that runs without a screen, and one that fails to
# start when the domain has ended. Then a text console says why, all the rest is given back, and recover brings the desktop once the reason is
# gone. And a card that does not come back.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

desktop_lightdm
configure win11 'timeout_s = 120'
define_domain win11
before=$(host_state)

step "started by hand while the domain runs"
start_ok win11
guest_ready
systemctl start lightdm.service || step "it does not start"
expect "driver of the GPU" vfio-pci "$(driver_of "$GPU")"
destroy win11
desktop_or_greeter_back
same_state "$before" "by a display manager that was started by hand"

step "it is active and shows nothing, as SDDM when its X server has failed: it is started once more"
start_ok win11
guest_ready
mkdir -p /run/systemd/system/lightdm.service.d
printf '[Service]\nType=simple\nBusName=\nExecStart=\nExecStart=/bin/sh -c "[ -e /run/idle ] && exec /usr/sbin/lightdm; touch /run/idle; exec sleep infinity"\n' \
    > /run/systemd/system/lightdm.service.d/lab.conf
systemctl daemon-reload
cursor=$(journal_cursor)
destroy win11
journal_has "$cursor" "lightdm.service: is active, and shows nothing: restarting it" || fail "it was not restarted: $(journal_since "$cursor")"
desktop_or_greeter_back
rm -r /run/systemd/system/lightdm.service.d /run/idle
systemctl daemon-reload
same_state "$before" "by a display manager that was idle"

step "it fails to start when the domain has ended"
start_ok win11
guest_ready
mkdir -p /run/systemd/system/lightdm.service.d
printf '[Service]\nExecStart=\nExecStart=/bin/sh -c "echo >> /run/tries; exit 1"\nRestart=no\n' > /run/systemd/system/lightdm.service.d/lab.conf
systemctl daemon-reload
cursor=$(journal_cursor)
destroy win11
wait_for "the log says so" 120 journal_has "$cursor" "lightdm.service: "
step "the log: $(journal_since "$cursor" | tail -1)"
expect_match "the last line of the log" '^win11: lightdm\.service: does not start in 3 tries.*; not all given back, run gpu-handoff recover|^gpu-handoff: lightdm\.service: does not start in 3 tries.*; not all given back, run gpu-handoff recover' \
    "$(journal_since "$cursor" | tail -1)"
(($(wc -l < /run/tries) >= 3)) || fail "it was tried $(wc -l < /run/tries) times"
rm /run/tries
expect_match "what libvirt says of the hook" 'unexpected exit status 1: gpu-handoff: lightdm\.service: .*run gpu-handoff recover' \
    "$(journalctl -b --after-cursor="$cursor" -u libvirtd.service | grep hook)"
expect "driver of the GPU" bochs-drm "$(driver_of "$GPU")"
expect "driver of its audio function" snd_hda_intel "$(driver_of "$AUDIO")"
expect "the console on the screen" tty12 "$(cat /sys/class/tty/tty0/active)"
expect_match "what it says" 'The desktop did not come back.*lightdm\.service' "$(tr -d '\0' < /dev/vcs12)"
shot gpu0 console
gpu-handoff recover && fail "recover says that all is well"

step "the reason is gone: recover"
rm -r /run/systemd/system/lightdm.service.d
systemctl daemon-reload
gpu-handoff recover || fail "recover failed"
desktop_back
same_state "$before" "by a display manager that had failed"

step "the card does not come back: that is what the line says, and not that there is no desktop"
configure win11 'timeout_s = 60'
start_ok win11
guest_ready
modules=/usr/lib/modules/$(uname -r)
mv "$modules" "$modules.old"
cursor=$(journal_cursor)
destroy win11
mv "$modules.old" "$modules"
step "the log: $(journal_since "$cursor" | tail -1)"
expect_match "the last line of the log" '(module bochs|0000:[0-9a-f:.]*): .*; not all given back, run gpu-handoff recover' "$(journal_since "$cursor" | tail -1)"
gpu-handoff recover || fail "recover failed"
desktop_or_greeter_back
same_state "$before" "by a card that came back late"
