#!/bin/bash
# topology: dual
# telling: yes
# boot: shared
# deadline: 240
# An empty config file is enough: virsh start hands the card over, virsh destroy gives everything back.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)
group=$(group_of "$GPU")

step "virsh start"
start_ok win11
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
expect "driver of its audio function while the domain runs" vfio-pci "$(driver_of "$AUDIO")"
has_open "/dev/vfio/$group" qemu-system || fail "no QEMU has /dev/vfio/$group open"
expect "driver of the host's GPU while the domain runs" bochs-drm "$(driver_of "$HOST_GPU")"
shot gpu1 running

step "virsh destroy"
destroy win11
same_state "$before" "by a whole cycle"
