#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 800
# The card of another domain is refused with that domain's name; of two domains started at the same moment one gets it. A return that
# could not wait for another domain's handoff is made by that.
. /run/lab/guest/lib.sh

configure win11 'timeout_s = 120'
configure macos 'timeout_s = 120'
define_domain win11
define_domain macos
before=$(host_state)
step "one after the other"
start_ok win11
start_refused macos "^gpu-handoff: $GPU: already handed over to domain win11; "
expect "the GPU stays with win11" vfio-pci "$(driver_of "$GPU")"
expect "win11 runs on" running "$(virsh -q domstate win11 | head -1)"
destroy win11
same_state "$before" "by win11 and a refused macos"

step "both at once"
# Whoever has the lock is held up until the other waits for it.
hook_with prepare -P /sys/class/iommu -e trace=openat -e inject=openat:delay_enter=12s -o /dev/null
cursor=$(journal_cursor)
virsh -q start win11 > /tmp/win11.out 2>&1 & first=$!
virsh -q start macos > /tmp/macos.out 2>&1 & second=$!
two_hooks() {
    local running
    running=$(pgrep -ax engine)
    [[ "$running" == *' win11 prepare '* && "$running" == *' macos prepare '* ]]
}
wait_for "both hooks run" 60 two_hooks
wait $first && won=win11
wait $second && won+=macos
expect_match "exactly one of them started: $(cat /tmp/win11.out /tmp/macos.out)" "^(win11|macos)$" "${won:-none}"
lost=$([[ $won == win11 ]] && echo macos || echo win11)
one_line "$cursor" "$(cat "/tmp/$lost.out")"
expect_match "the other's error" "gpu-handoff: $GPU: already handed over to domain $won; " "$REFUSAL"
hook_plain
destroy "$won"
same_state "$before" "by two domains at once"

step "a return that waits in vain for another's handoff: that one gives back for it"
configure win11 'timeout_s = 7'
start_ok win11
hook_with prepare -P /sys/class/iommu -e trace=openat -e inject=openat:delay_enter=30s -o /dev/null
cursor=$(journal_cursor)
virsh -q start macos > /tmp/macos.out 2>&1 & other=$!
locked() { grep -q '^macos ' /run/gpu-handoff.lock; }
wait_for "macos has the lock" 60 locked
destroy win11
journal_has "$cursor" "win11: waited in vain for macos" || fail "the return did not say that it waited: $(journal_since "$cursor")"
journal_has "$cursor" "not all given back, run gpu-handoff recover" || fail "the return did not say what to do"
expect "driver of the GPU after that return" vfio-pci "$(driver_of "$GPU")"
wait $other && fail "macos started with win11's card"
hook_plain
expect_match "what macos is told" "already handed over to domain win11|not given back when domain win11 ended" "$(cat /tmp/macos.out)"
same_state "$before" "by a return that waited in vain"
