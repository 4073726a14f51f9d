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
step "root types it among the processes of ann's session"
processes=/sys/fs/cgroup/user.slice/user-1000.slice/$(loginctl show-session --value -p Scope "$(session_of ann)")/cgroup.procs
[[ -w $processes ]] || fail "ann's session has no cgroup $processes"
setsid bash -c "echo \$\$ > $processes && exec gpu-handoff try win11 --for 60s" > /tmp/try-says 2>&1 &
asked=$!
wait_for "the trial has begun" 300 journal_has "$cursor" "win11: on trial for 60 s"
cat /tmp/try-says
wait "$asked" && fail "the command outlived the session: $(cat /tmp/try-says)"
expect_match "what it said" "sudo gpu-handoff keep win11" "$(cat /tmp/try-says)"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
guest_ready
step "nobody does anything"
shot gpu0 try-guest
wait_for "win11 is shut off" 240 off
wait_for "the log says so" 120 journal_has "$cursor" "win11: the trial is over"
desktop_back
shot gpu0 try-desktop
same_state "$before" "by a trial on the only GPU"
