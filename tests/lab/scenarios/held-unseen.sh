#!/bin/bash
# topology: amd
# telling: no
# boot: shared
# deadline: 500
# A descriptor in flight over a socket, which no look at the processes finds: the unbind waits for it in the kernel. The start is refused
# at the deadline, nobody hangs with it, and when the descriptor is closed the worker that waited gives all back.
. /run/lab/guest/lib.sh

modprobe amdgpu
modprobe i2c-dev
configure win11 'timeout_s = 15'
define_domain win11
find_i2c "$GPU"
i2c=$NODE
find_sound "$AUDIO" controlC
control=$NODE
before=$(host_state)

# refused_at_deadline ADDRESS: and afterwards neither another start nor recover hangs.
refused_at_deadline() {
    local output worker cursor
    cursor=$(journal_cursor)
    SECONDS=0
    output=$(virsh -q start win11 2>&1) && fail "the domain started although the kernel waits for a descriptor"
    one_line "$cursor" "$output"
    step "refused after $SECONDS s: $REFUSAL"
    expect_match "the refusal" "^gpu-handoff: $1: its driver is stuck in the kernel \(process [0-9]+ waits in [a-z_0-9.]+\).*; not all given back, run gpu-handoff recover$" "$REFUSAL"
    worker=$(sed -n 's/^stuck\t[^\t]*\t\([0-9]*\)\t.*/\1/p' /run/gpu-handoff/*.journal)
    expect_match "state of the worker that was left behind" "^State:.*D" "$(grep State: "/proc/$worker/status")"
    SECONDS=0
    cursor=$(journal_cursor)
    output=$(virsh -q start win11 2>&1) && fail "the domain started although the driver is stuck"
    one_line "$cursor" "$output"
    expect_match "the second refusal" "^gpu-handoff: .*$1.*stuck in the kernel" "$REFUSAL"
    output=$(gpu-handoff recover 2>&1) && fail "recover says that all is given back: $output"
    expect_match "what recover says" "$1.*stuck in the kernel" "$output"
    step "a second start and recover were refused after $SECONDS s"
}
back() { nothing_left && [[ $(driver_of "$GPU") == amdgpu && $(driver_of "$AUDIO") == snd_hda_intel ]]; }

step "$control is in flight"
hold flight "$control"
refused_at_deadline "$AUDIO"
expect "driver of the GPU" amdgpu "$(driver_of "$GPU")"
step "it is taken out and closed"
kill -USR1 "$HOLDER"
wait_for "the late worker has given the sound card back" 60 back
same_state "$before" "by a sound card that came back late"
let_go

step "$i2c is in flight"
hold flight "$i2c"
refused_at_deadline "$GPU"
expect "driver of the audio function" snd_hda_intel "$(driver_of "$AUDIO")"
step "the process ends"
let_go
wait_for "the late worker has given the card back" 60 back
same_state "$before" "by a card that came back late"

step "nobody is left: it starts"
start_ok win11
destroy win11
same_state "$before" "by a cycle after that"
modprobe -r i2c-dev # as it booted
