#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 120
# The lab itself: the machine is as its topology says, libvirtd answers, and reading the state does not change it.
. /run/lab/guest/lib.sh

step "the drivers and groups of dual"
expect "driver of the host's GPU" bochs-drm "$(driver_of "$HOST_GPU")"
expect "driver of the guest's GPU" bochs-drm "$(driver_of "$GPU")"
expect "driver of its audio function" snd_hda_intel "$(driver_of "$AUDIO")"
expect "members of the GPU's group" "$GPU $AUDIO" "$(group_members "$(group_of "$GPU")")"

step "libvirtd answers"
expect_match "virsh uri" "^qemu:///system" "$(virsh uri 2>&1)"

step "the state is equal to itself"
before=$(host_state)
expect_match "the state" "pci $GPU driver=bochs-drm" "$before"
same_state "$before" "by looking at it"

step "a screenshot of the host's GPU"
shot gpu0 host
