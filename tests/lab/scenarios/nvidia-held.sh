#!/bin/bash
# topology: nvidia
# telling: no
# boot: shared
# deadline: 300
# With a process on /dev/nvidia0, or on the nodes that the whole stack shares, the start is refused before anything is unbound
# or unloaded: an unbind would wait in the kernel for ever.
. /run/lab/guest/lib.sh

modprobe nvidia_drm modeset=1
modprobe nvidia_uvm
configure win11
define_domain win11
for node in /dev/nvidia0 /dev/nvidiactl /dev/nvidia-uvm; do
    step "$node is open"
    sleep infinity < $node &
    holder=$!
    wait_for "the holder has it open" 60 test "/proc/$holder/fd/0" -ef $node
    start_refused_untouched win11 "^gpu-handoff: .*sleep \(pid $holder, user root(, [^)]*)?\) has $node open"
    kill $holder
    wait $holder || true
done
step "nobody is left: it starts"
before=$(host_state)
start_ok win11
destroy win11
same_state "$before" "by a cycle"
modprobe -r nvidia_uvm # as it booted
