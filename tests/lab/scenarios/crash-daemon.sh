#!/bin/bash
# topology: dual
# telling: yes
# boot: own
# deadline: 900
# The hook and libvirtd are killed together in the middle of a handoff, so that no release ever comes: the recovery service, any domain's
# prepare, or gpu-handoff recover brings the host back. The same when libvirtd is killed inside start or stopped. When it dies alone, the hook
# gives everything back.
. /run/lab/guest/lib.sh

configure win11
configure macos
define_domain win11
define_domain macos
before=$(host_state)

back() { nothing_left && [[ $(driver_of "$GPU") == bochs-drm ]]; }

step "the recovery service, when the daemon is started again"
crash
wait_for "the service has given everything back" 60 back
same_state "$before" "by a crash and the recovery service"

step "gpu-handoff recover"
systemctl mask --runtime --now gpu-handoff-recover.service
crash
wait_for "libvirtd is back" 60 daemon_answers
half_done || fail "somebody gave the card back although the service is masked"
output=$(gpu-handoff recover win11) || fail "gpu-handoff recover win11: $output"
expect_match "what recover says" "win11: all given back" "$output"
same_state "$before" "by a crash and gpu-handoff recover"
output=$(gpu-handoff recover) || fail "a second gpu-handoff recover: $output"
expect "what a second recover says" "nothing to give back" "$output"

step "the next domain's prepare"
crash
wait_for "libvirtd is back" 60 daemon_answers
half_done || fail "somebody gave the card back although the service is masked"
cursor=$(journal_cursor)
start_ok macos
journal_has "$cursor" "win11: a handoff was left behind" || fail "macos did not find win11's journal"
expect "driver of the GPU with macos" vfio-pci "$(driver_of "$GPU")"
destroy macos
same_state "$before" "by a crash and another domain"
systemctl unmask --runtime gpu-handoff-recover.service

step "libvirtd alone dies, as when its package is upgraded"
cursor=$(journal_cursor)
daemon_dies
wait_for "the hook has given everything back" 60 back
wait_for "the log says why" 60 journal_has "$cursor" "win11: the libvirt daemon ended during the handoff"
wait_for "the hook has ended" 60 not_running engine
wait_for "libvirtd is back" 60 daemon_answers
expect "state of win11" "shut off" "$(virsh -q domstate win11 | head -1)"
same_state "$before" "by a daemon that died alone"

# killed_inside OPERATION WHAT: libvirtd dies, and the hook with it, while virsh WHAT win11 has it called with that operation.
killed_inside() {
    hook_blocks "$1"
    virsh -q "$2" win11 > /dev/null 2>&1 &
    wait_for "the hook is called with $1" 60 test -e /tmp/hook-blocks
    expect "driver of the GPU in $1" vfio-pci "$(driver_of "$GPU")"
    kill -9 "$(pidof libvirtd)" "$(cat /tmp/hook-blocks)"
    wait $! || true
    hook_plain
    wait_for "the card is back" 60 back
    same_state "$before" "by a daemon killed inside $1"
    wait_for "libvirtd is back" 60 daemon_answers
    expect "state of win11" "shut off" "$(virsh -q domstate win11 | head -1)"
    same_state "$before" "by the daemon after that"
}
step "libvirtd is killed inside start"
killed_inside start start
step "libvirtd is killed inside stopped"
start_ok win11
killed_inside stopped destroy
