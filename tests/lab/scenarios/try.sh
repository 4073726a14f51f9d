#!/bin/bash
# topology: dual
# telling: all
# boot: shared
# deadline: 900
# gpu-handoff try: a domain left alone ends by itself and the host has its card back, also when nobody is there any more who
# asked for it; with gpu-handoff keep it runs on; one that cannot start leaves nothing armed.
. /run/lab/guest/lib.sh

off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }
armed() { systemctl list-units --all --no-legend --plain 'gpu-handoff-trial-*'; }
nothing_armed() { [[ -z "$(armed)" ]] && ! pgrep -f libexec/gpu-handoff/trial; }

define_domain win11
step "a domain that is not set up"
refused "^gpu-handoff: domain 'win11': is not set up for a handoff; gpu-handoff setup win11" gpu-handoff try win11
configure win11
before=$(host_state)

step "left alone: the guest is asked to shut down"
cursor=$(journal_cursor)
output=$(gpu-handoff try win11 --for 90) || fail "gpu-handoff try: $output"
echo "$output"
expect_match "what it says before" "After 90 seconds the guest is asked to shut down.*sudo gpu-handoff keep win11.*gpu-handoff history win11" "$output"
expect_match "what it says after" "win11 runs, for 90 seconds from now" "$output"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
refused "^gpu-handoff: domain 'win11': is running" gpu-handoff try win11
guest_ready
wait_for "win11 is shut off" 120 off
wait_for "the log says so" 60 journal_has "$cursor" "win11: the trial is over: the guest has shut down"
wait_for "nothing is armed" 60 nothing_armed
same_state "$before" "by a trial"

step "whoever asked is killed while the domain starts; the guest does not listen: it is ended"
cursor=$(journal_cursor)
setsid gpu-handoff try win11 --for 20s > /tmp/try-says 2>&1 &
asked=$!
wait_for "the trial has begun" 60 pgrep -f libexec/gpu-handoff/trial
kill -9 "$asked"
wait_for "the domain runs" 60 journal_has "$cursor" "win11: on trial for 20 s"
virsh -q suspend win11
wait_for "win11 is shut off" 120 off
wait_for "the log says so" 60 journal_has "$cursor" "win11: the trial is over: the guest did not shut down, and was ended"
wait_for "nothing is armed" 60 nothing_armed
same_state "$before" "by a trial of a guest that does not listen"

step "keep: it runs on"
refused "^gpu-handoff: keep: no domain is on trial" gpu-handoff keep
gpu-handoff try win11 --for 10s > /dev/null || fail "gpu-handoff try"
refused "^gpu-handoff: domain 'win10': is not on trial" gpu-handoff keep win10
expect_match "what keep says" "win11 is not ended any more" "$(gpu-handoff keep win11)"
nothing_armed || fail "something is armed after keep: $(armed)"
events=$(virsh event --domain win11 --event lifecycle --loop --timeout 45 2>&1)
expect_match "the wait for what must not happen to win11" "timed out" "$events"
[[ "$events" != *Stopped* && "$events" != *Shutdown* ]] || fail "win11 ended: $events"
expect "state of win11 after its time" running "$(virsh -q domstate win11 | head -1)"
destroy win11
same_state "$before" "by a trial that was kept"

step "shut down by hand: the trial is over"
gpu-handoff try win11 --for 1h > /dev/null || fail "gpu-handoff try"
destroy win11
wait_for "nothing is armed" 60 nothing_armed

step "the trial's process is killed: another one ends the domain"
gpu-handoff try win11 --for 15s > /dev/null || fail "gpu-handoff try"
pkill -9 -f libexec/gpu-handoff/trial
wait_for "win11 is shut off" 200 off
wait_for "nothing is armed" 60 nothing_armed
same_state "$before" "by a trial that was killed"

step "it is killed just when the domain has ended: the domain is not started again"
gpu-handoff try win11 --for 1h > /dev/null || fail "gpu-handoff try"
pkill -STOP -f libexec/gpu-handoff/trial
destroy win11
cursor=$(journal_cursor)
pkill -9 -f libexec/gpu-handoff/trial
wait_for "nothing is armed" 60 nothing_armed
expect "state of win11" "shut off" "$(virsh -q domstate win11 | head -1)"
journal_has "$cursor" "win11: handed over" && fail "it was started again"
same_state "$before" "by a trial that was killed at its end"

step "a domain that cannot start"
card=$(echo "/sys/bus/pci/devices/$GPU"/drm/card*)
hold open "/dev/dri/${card##*/}"
refused "^gpu-handoff: .*has /dev/dri/card.* open" gpu-handoff try win11 --for 3min
let_go
wait_for "nothing is armed" 60 nothing_armed
expect "state of win11" "shut off" "$(virsh -q domstate win11 | head -1)"
same_state "$before" "by a trial that was refused"

step "bad input"
for time in 9 2h soon -5; do
    output=$(gpu-handoff try win11 "--for=$time" 2>&1)
    expect "exit code of wrong usage" 2 $?
    expect_match "what it says" "^--for: '$time' is no time from 10 s to 1 h" "$output"
done
refused "^gpu-handoff: domain win1: libvirt knows none of that name; did you mean win11\?" gpu-handoff try win1
refused "^gpu-handoff: try: needs root" setpriv --reuid nobody --clear-groups gpu-handoff try win11
refused "^gpu-handoff: keep: needs root" setpriv --reuid nobody --clear-groups gpu-handoff keep
nothing_armed || fail "something is armed: $(armed)"
same_state "$before" "by refused trials"
