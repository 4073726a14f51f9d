#!/bin/bash
# topology: twins
# telling: yes
# boot: shared
# deadline: 300
# Of two identical GPUs on one driver the host's never loses it, and the module stays.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)
expect "both GPUs have one driver" "$(driver_of "$HOST_GPU")" "$(driver_of "$GPU")"
expect "both GPUs are identical" "$(cat "/sys/bus/pci/devices/$HOST_GPU/"{vendor,device})" "$(cat "/sys/bus/pci/devices/$GPU/"{vendor,device})"
udevadm monitor --kernel > /tmp/uevents &
monitor=$!
wait_for "udevadm listens" 60 grep -q KERNEL /tmp/uevents
start_ok win11
expect "driver of the guest's GPU" vfio-pci "$(driver_of "$GPU")"
expect "driver of the host's GPU" bochs-drm "$(driver_of "$HOST_GPU")"
destroy win11
same_state "$before" "by a cycle"
wait_for "the return is among the uevents" 60 grep -q " bind .*/$GPU " /tmp/uevents
kill $monitor
wait $monitor || true
grep -q "unbind .*/$GPU " /tmp/uevents || fail "the guest's GPU was never unbound: $(cat /tmp/uevents)"
expect "uevents of the host's GPU losing its driver" "" "$(grep "unbind .*/$HOST_GPU " /tmp/uevents)"
expect "uevents of a module going" "" "$(grep "remove .*/module/bochs" /tmp/uevents)"
