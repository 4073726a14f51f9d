#!/bin/bash
# topology: single-wayland
# telling: all
# boot: shared
# deadline: 1800
# gpu-handoff try on the only GPU, typed in the session that has it: the session ends, and the command with it; after its time
# the domain ends by itself, and the desktop is back.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }

desktop_tty
configure win11 'timeout_s = 120'
define_domain win11
before=$(host_state)
cursor=$(journal_cursor)
step "it is typed into the terminal of ann's session"
programs=$(session_programs)
install -m 4755 "$(command -v setpriv)" /usr/local/lib/lab-desktop/as-root # in place of sudo
in_session "/usr/local/lib/lab-desktop/as-root --reuid 0 --regid 0 --clear-groups gpu-handoff try win11 --for 60s"
wait_for "the trial has begun" 300 journal_has "$cursor" "win11: on trial for 60 s"
expect "processes left of the session: $programs" '' "$(still_there "$programs")"
expect_match "what it said before" "sudo gpu-handoff keep win11" "$(cat "$DESKTOP/output")"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
guest_ready
step "nobody does anything"
shot gpu0 try-guest
wait_for "win11 is shut off" 240 off
wait_for "the log says so" 120 journal_has "$cursor" "win11: the trial is over"
desktop_back
shot gpu0 try-desktop
rm /usr/local/lib/lab-desktop/as-root
same_state "$before" "by a trial on the only GPU"
