#!/bin/bash
# topology: amd
# telling: yes
# boot: shared
# deadline: 400
# The GPU is amdgpu's only device: the module is unloaded and comes back; when its unload is refused although no process holds it,
# the card is unbound instead.
. /run/lab/guest/lib.sh

modprobe -r amdgpu 2>/dev/null || true
modprobe amdgpu dc=0
configure win11
define_domain win11
before=$(host_state)
expect "driver of the GPU before" amdgpu "$(driver_of "$GPU")"
step "unload"
start_ok win11
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
expect "modules while the domain runs" "" "$(grep ^amdgpu /proc/modules)"
destroy win11
same_state "$before" "by a cycle"

step "unload is refused: unbind"
echo 1 > /sys/module/amdgpu/parameters/pin
before=$(host_state)
start_ok win11
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
expect_match "modules while the domain runs" "^amdgpu " "$(grep ^amdgpu /proc/modules)"
destroy win11
same_state "$before" "by a cycle with a pinned module"

step "unload = always: refused"
configure win11 'unload = "always"'
start_refused win11 "^gpu-handoff: module amdgpu: in use"
echo 0 > /sys/module/amdgpu/parameters/pin
modprobe -r amdgpu
modprobe amdgpu
