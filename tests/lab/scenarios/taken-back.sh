#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 300
# Something on the host takes a function back between the handoff and QEMU's start: the hook's start sees it and refuses, and all is given back.
. /run/lab/guest/lib.sh

after() {
    local code=$?
    hook_plain
    (exit $code)
    clean_up
}
trap after EXIT

configure win11
define_domain win11
hook_script "[[ \$2 != start ]] || {
    echo $AUDIO > /sys/bus/pci/drivers/vfio-pci/unbind
    echo snd_hda_intel > /sys/bus/pci/devices/$AUDIO/driver_override
    echo $AUDIO > /sys/bus/pci/drivers/snd_hda_intel/bind
    udevadm wait --timeout=30 /dev/snd/by-path/pci-$AUDIO # libvirt resets it next: in the midst of its probe there were no sound card
}
exec /usr/sbin/gpu-handoff-hook \"\$@\""
step "the sound card is taken back"
start_refused win11 "^gpu-handoff: $AUDIO: is not on vfio-pci any more: something on the host took it back; start the domain again"
wait_for "the process that kept the host awake has ended" 60 not_running stay-awake
expect "processes of ours" "" "$(our_processes)"

step "nobody takes it: it starts"
hook_plain
before=$(host_state)
start_ok win11
destroy win11
same_state "$before" "by a cycle"
