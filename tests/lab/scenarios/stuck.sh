#!/bin/bash
# topology: amd
# telling: yes
# boot: own
# deadline: 300
# A driver that does not come back from its remove(): refused at the deadline, with the place in the kernel; when it comes back after all, the
# worker that waited there gives the function back.
. /run/lab/guest/lib.sh

modprobe amdgpu
configure win11 $'timeout_s = 20\nunload = "never"\n'
define_domain win11
before=$(host_state)
echo 2 > /sys/module/amdgpu/parameters/hang_remove
step "the start is refused"
SECONDS=0
cursor=$(journal_cursor)
output=$(virsh -q start win11 2>&1) && fail "the domain started although the driver hangs"
one_line "$cursor" "$output"
step "refused after $SECONDS s: $REFUSAL"
expect_match "the refusal" "^gpu-handoff: $GPU: its driver is stuck in the kernel \(process [0-9]+ waits in [a-z_0-9.]+\).*; not all given back, run gpu-handoff recover$" "$REFUSAL"
expect "driver of the audio function" snd_hda_intel "$(driver_of "$AUDIO")"
worker=$(sed -n 's/^stuck\t[^\t]*\t\([0-9]*\)\t.*/\1/p' /run/gpu-handoff/*.journal)
test -d "/proc/$worker" || fail "the worker is gone"

step "another start is refused as well, and does not hang"
cursor=$(journal_cursor)
output=$(virsh -q start win11 2>&1) && fail "the domain started although the driver hangs"
one_line "$cursor" "$output"
expect_match "the second refusal" "^gpu-handoff: .*$GPU.*stuck in the kernel" "$REFUSAL"

step "the driver comes back"
cursor=$(journal_cursor)
echo 0 > /sys/module/amdgpu/parameters/hang_remove
back() { nothing_left && [[ $(driver_of "$GPU") == amdgpu ]]; }
wait_for "the late worker has given the card back" 60 back
wait_for "the log says so" 60 journal_has "$cursor" "win11: the kernel came back late; giving back what was left"
same_state "$before" "by a driver that came back late"
start_ok win11
destroy win11
same_state "$before" "by a cycle after that"
