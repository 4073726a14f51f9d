#!/bin/bash
# topology: amd
# telling: no
# boot: shared
# deadline: 600
# The nodes whose open file makes an unbind wait for ever, /dev/i2c-N below the GPU and all of the sound card's: refused before anything is
# unbound. So is a process that opens a node over and over, for which two clean looks in a row never come.
. /run/lab/guest/lib.sh

modprobe amdgpu
modprobe i2c-dev
configure win11
define_domain win11
find_i2c "$GPU"
i2c=$NODE
find_sound "$AUDIO" controlC
control=$NODE

# refused_while ADDRESS NODE: the holder is in the node, and is named.
refused_while() {
    start_refused_untouched win11 "^gpu-handoff: $1: [a-z0-9]+ \(pid $HOLDER, user root(, [^)]*)?\) has $2 open"
    expect "drivers" "amdgpu snd_hda_intel" "$(driver_of "$GPU") $(driver_of "$AUDIO")"
    let_go
}

step "$i2c is open"
hold firmly "$i2c"
refused_while "$GPU" "$i2c"
for kind in controlC pcmC hwC; do
    find_sound "$AUDIO" $kind
    step "$NODE is open"
    hold firmly "$NODE"
    refused_while "$AUDIO" "$NODE"
done

# refused_again NODE PAUSE
refused_again() {
    step "$1 is opened again and again, $2 s apart"
    hold again "$1" "$2"
    SECONDS=0
    start_refused win11 "^gpu-handoff: (0000:01:00\.[01]|module amdgpu): (hold \(pid [0-9]+, user root(, [^)]*)?\) has $1 open|some process opens $1 again and again)"
    step "refused after $SECONDS s: $REFUSAL"
    ((SECONDS < 55)) || fail "not refused in time"
    let_go
}
configure win11 'timeout_s = 60'
refused_again "$i2c" 0
refused_again "$control" 0.002

step "nobody is left: it starts"
before=$(host_state)
start_ok win11
destroy win11
same_state "$before" "by a cycle"
modprobe -r i2c-dev # as it booted
