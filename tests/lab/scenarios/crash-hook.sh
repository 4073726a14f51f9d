#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 900
# The hook is killed before and after changes, early and late in a handoff: libvirt's call of release gives everything back.
# Every change is made by a process of its own, so the hook dies at its Nth fork (before a change) or Nth wait (after one).
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)

step "count the forks of a handoff"
# Not of the first start since the boot, which also loads vfio-pci.
start_ok win11
destroy win11
same_state "$before" "by the first cycle" # with the sound card: a start without it has a fork less
hook_with prepare -e trace=clone -o /tmp/forks
start_ok win11
destroy win11
hook_plain
same_state "$before" "by the second cycle"
forks=$(grep -c clone /tmp/forks)
((forks > 8)) || fail "a handoff with only $forks forks: $(cat /tmp/forks)"

last=()
for at in "clone $forks" "wait4 $forks" "clone $((forks - 1))" "wait4 $((forks - 3))" "clone $((forks - 5))" \
          "wait4 $((forks - 6))" "clone $((forks / 3))"; do
    read -r call when <<< "$at"
    step "kill -9 at $call number $when of $forks"
    hook_with prepare -e "trace=$call" -e "inject=$call:signal=KILL:when=$when" -o /dev/null
    cursor=$(journal_cursor)
    output=$(virsh -q start win11 2>&1) && fail "the domain started although its hook was killed"
    expect_match "what virsh says" "fatal signal 9" "$output"
    journal_has "$cursor" "given back" && last+=("$(journal_since "$cursor" | grep -m1 'vfio-pci -> ')") # the return begins with what was done last
    same_state "$before" "by a hook killed at $call $when"
    hook_plain
done
printf 'undone first: %s\n' "${last[@]}"
changed=$(printf '%s\n' "${last[@]}" | grep -c .)
((changed >= 5)) || fail "only $changed of the killed hooks had changed something"
(($(printf '%s\n' "${last[@]}" | grep . | sed 's/ ([0-9]* ms)//' | sort -u | wc -l) >= 3)) || fail "all were killed at the same place"
step "the hook of the return is killed while it waits for the lock: libvirt does not call it again, recover does"
start_ok win11
hook_with release -e trace=flock -e inject=flock:signal=KILL:when=1 -o /dev/null
destroy win11
hook_plain
expect "driver of the GPU after a return that was killed" vfio-pci "$(driver_of "$GPU")"
gpu-handoff recover || fail "gpu-handoff recover"
same_state "$before" "by a return that was killed, and recover"

step "it is killed before it has said that it returns: recover with the domain's name"
start_ok win11
hook_with release -e trace=read -e inject=read:signal=KILL:when=3 -o /dev/null
destroy win11
hook_plain
expect "driver of the GPU after a return that was killed" vfio-pci "$(driver_of "$GPU")"
expect_match "what recover says without a name" "win11: has its card; .*\(if that is over: gpu-handoff recover win11\)" "$(gpu-handoff recover)"
configure macos
define_domain macos
start_refused macos "^gpu-handoff: $GPU: already handed over to domain win11; .*\(if it is off: gpu-handoff recover win11\)"
gpu-handoff recover win11 || fail "gpu-handoff recover win11"
same_state "$before" "by a return that was killed at once, and recover win11"

step "it starts"
start_ok win11
destroy win11
same_state "$before" "by a cycle after the crashes"
