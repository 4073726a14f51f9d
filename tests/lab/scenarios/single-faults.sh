#!/bin/bash
# topology: single
# telling: all
# boot: own
# deadline: 1800
# Something dies, hangs or does not end while the only card's desktop is down. Whatever it is, the desktop comes back by itself.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

down() { ! systemctl is-active -q lightdm.service; }
# given_back WHAT: the desktop is there, and the host as it was.
given_back() {
    desktop_or_greeter_back
    wait_for "no journal is left" 120 no_journal
    wait_for "what was ended has ended" 150 none_closing
    same_state "$before" "by $1"
}
none_closing() { ! grep -qs '^STATE=closing' /run/systemd/sessions/*[0-9]; }
no_journal() { ! compgen -G '/run/gpu-handoff/*.journal'; }
# refused_late REGEX: a start that fails after its first step, with one line that is in the log too.
refused_late() {
    local output cursor
    cursor=$(journal_cursor)
    output=$(virsh -q start win11 2>&1) && fail "the domain started"
    step "refused: ${output##*$'\n'}"
    expect_match "the refusal" "$1" "$output"
    expect "lines of ours" 1 "$(grep -c 'gpu-handoff: ' <<< "$output")"
    wait_for "the refusal is in the journal" 60 journal_has "$cursor" "gpu-handoff: ${output##*gpu-handoff: }"
}

desktop_lightdm
define_domain win11
before=$(host_state)

for victim in hook daemon both; do
    step "killed when the desktop has ended: $victim"
    configure win11 'timeout_s = 120'
    virsh -q start win11 > /tmp/start.out 2>&1 &
    wait_for "the desktop has ended" 120 down
    hook=$(pgrep -x engine) || fail "the hook has ended already"
    daemon=$(pidof libvirtd)
    case $victim in
    hook) kill -9 $hook ;;
    daemon) kill -9 "$daemon" ;;
    both) kill -9 $hook "$daemon" ;;
    esac
    wait $! && fail "the domain started"
    wait_for "libvirtd answers" 120 daemon_answers
    given_back "a killed $victim"
done

step "QEMU dies while libvirtd is down"
start_ok win11
systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
pkill -9 qemu-system
systemctl start libvirtd.service
given_back "a QEMU that died alone"

step "the display manager does not end"
mkdir -p /run/systemd/system/lightdm.service.d
printf '[Service]\nExecStop=/bin/sleep infinity\nTimeoutStopSec=150\n' > /run/systemd/system/lightdm.service.d/lab.conf
systemctl daemon-reload
configure win11 'timeout_s = 25'
refused_late "gpu-handoff: lightdm\.service: does not stop in time"
rm -r /run/systemd/system/lightdm.service.d
systemctl daemon-reload
desktop_or_greeter_back
gpu-handoff recover || fail "recover failed"
given_back "a display manager that did not end"

step "a program of the session that does not end"
card=/dev/dri/$(cd "/sys/bus/pci/devices/$GPU/drm" && echo card*)
in_session "setsid $LAB_GUEST/hold firmly $card &"
wait_for "it has the card" 60 has_open "$card" hold
configure win11 'timeout_s = 40'
refused_late "gpu-handoff: module bochs: hold \(pid [0-9]+, user ann, session-[0-9a-z]+\.scope\) has $card open; "
given_back "a program that did not end"

step "a descriptor that no look at the processes finds"
find_sound "$AUDIO" controlC
hold flight "$NODE"
configure win11 'timeout_s = 60'
refused_late "gpu-handoff: $AUDIO: its driver is stuck in the kernel"
desktop_or_greeter_back
let_go
given_back "a stuck sound card"
