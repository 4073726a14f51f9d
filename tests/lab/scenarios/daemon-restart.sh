#!/bin/bash
# topology: dual
# telling: no
# boot: own
# deadline: 1200
# libvirtd is restarted while the domain runs: nothing happens to the card. QEMU is killed while libvirtd is down: the card comes back
# with libvirtd. A running domain is refused by recover.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)
back() { nothing_left && [[ $(driver_of "$GPU") == bochs-drm ]]; }
qemu_gone() { ! pgrep qemu-system; }

step "restart while the domain runs"
start_ok win11
systemctl restart libvirtd
wait_for "libvirtd is back" 60 daemon_answers
expect "state of win11" running "$(virsh -q domstate win11 | head -1)"
expect "driver of the GPU" vfio-pci "$(driver_of "$GPU")"
systemctl start gpu-handoff-recover.service
expect "driver of the GPU after the recovery service" vfio-pci "$(driver_of "$GPU")"
output=$(gpu-handoff recover win11 2>&1) && fail "recover took the card of a running domain: $output"
expect_match "what recover says" "^gpu-handoff: win11: .*running" "$output"
expect "driver of the GPU after recover" vfio-pci "$(driver_of "$GPU")"
destroy win11
same_state "$before" "by a cycle over a restart"

step "QEMU is killed while libvirtd is down"
start_ok win11
systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
pkill -9 qemu-system
wait_for "QEMU is gone" 30 qemu_gone
expect "driver of the GPU without libvirtd" vfio-pci "$(driver_of "$GPU")"
systemctl start libvirtd.service
wait_for "the card is back" 60 back
same_state "$before" "by a QEMU killed while libvirtd was down"
