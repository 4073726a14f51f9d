#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 400
# The card of another domain is refused with that domain's name; of two domains started at the same moment one gets it.
. /run/lab/guest/lib.sh

configure win11
configure macos
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
virsh -q start win11 > /tmp/win11.out 2>&1 & first=$!
virsh -q start macos > /tmp/macos.out 2>&1 & second=$!
wait $first && won=win11
wait $second && won+=macos
expect_match "exactly one of them started: $(cat /tmp/win11.out /tmp/macos.out)" "^(win11|macos)$" "${won:-none}"
lost=$([[ $won == win11 ]] && echo macos || echo win11)
expect_match "the other's error" "gpu-handoff: $GPU: already handed over to domain $won; " "$(cat "/tmp/$lost.out")"
destroy "$won"
same_state "$before" "by two domains at once"
