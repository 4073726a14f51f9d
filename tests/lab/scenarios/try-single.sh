#!/bin/bash
# topology: single-wayland
# telling: all
# boot: shared
# deadline: 1800
# gpu-handoff try on the only GPU, typed in the session that has it: the session ends, and the command with it; after its time
# the domain ends by itself, and the desktop is back. With gpu-handoff keep it runs on; one that fails to start leaves the desktop, and nothing armed.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

armed() { systemctl list-units --all --no-legend --plain 'gpu-handoff-trial-*'; }
nothing_armed() { [[ -z "$(armed)" ]]; }
off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }

desktop_tty
configure win11 'timeout_s = 120'
define_domain win11
before=$(host_state)
cursor=$(journal_cursor)
step "it is typed into the terminal of ann's session"
programs=$(session_programs)
install -m 4755 "$(command -v setpriv)" /usr/local/lib/lab-desktop/as-root # in place of sudo
in_session "/usr/local/lib/lab-desktop/as-root --reuid 0 --regid 0 --clear-groups /usr/sbin/gpu-handoff try win11 --for 60s"
begun() { journal_has "$cursor" "win11: on trial for 60 s" || [[ -e "$DESKTOP/code" ]]; }
wait_for "the trial has begun" 300 begun
journal_has "$cursor" "win11: on trial for 60 s" || fail "gpu-handoff try: $(cat "$DESKTOP/output")"
expect "processes left of the session: $programs" '' "$(still_there "$programs")"
expect_match "what it said before" "sudo gpu-handoff keep win11" "$(cat "$DESKTOP/output")"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
guest_ready
step "nobody does anything"
guest_shown gpu0 try-guest
wait_for "win11 is shut off" 240 off
wait_for "the log says so" 120 journal_has "$cursor" "win11: the trial is over"
desktop_back
shot gpu0 try-desktop
rm /usr/local/lib/lab-desktop/as-root
same_state "$before" "by a trial on the only GPU"

step "kept: it runs on"
gpu-handoff try win11 --for 30s || fail "gpu-handoff try"
expect_match "what keep says" "win11 is not ended any more" "$(gpu-handoff keep win11)"
nothing_armed || fail "something is armed after keep: $(armed)"
events=$(virsh event --domain win11 --event lifecycle --loop --timeout 75 2>&1)
expect_match "the wait for what must not happen to win11" "timed out" "$events"
expect "state of win11 after its time" running "$(virsh -q domstate win11 | head -1)"
destroy win11
desktop_back
same_state "$before" "by a trial that was kept"

step "it fails to start after the session's end: the desktop is back"
virsh -q dumpxml win11 | sed "s/type='raw'/type='qcow2'/" | virsh -q define /dev/stdin
cursor=$(journal_cursor)
refused "^gpu-handoff: " gpu-handoff try win11
journal_has "$cursor" "win11: handed over" || fail "it was refused before the session's end: $(journal_since "$cursor")"
desktop_back
wait_for "nothing is armed" 60 nothing_armed
expect "state of win11" "shut off" "$(virsh -q domstate win11 | head -1)"
same_state "$before" "by a trial that failed to start"
