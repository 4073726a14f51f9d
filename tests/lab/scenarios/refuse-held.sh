#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 300
# A function that a process has open is refused, with the process, its user and the node; also one in whose IOMMU group somebody uses another
# function through vfio.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)
card=/dev/dri/$(basename /sys/bus/pci/devices/"$GPU"/drm/card*)
control=/dev/snd/$(basename /sys/bus/pci/devices/"$AUDIO"/sound/card*/controlC*)

step "$card is open"
sleep infinity < "$card" &
holder=$!
wait_for "the holder has it open" 60 test "/proc/$holder/fd/0" -ef "$card"
start_refused win11 "^gpu-handoff: $GPU: sleep \(pid $holder, user root(, [^)]*)?\) has $card open"
kill "$holder"
wait "$holder" || true

step "$control is open, by a user"
setpriv --reuid nobody --clear-groups sleep infinity < "$control" &
holder=$!
wait_for "the holder has it open" 60 test "/proc/$holder/fd/0" -ef "$control"
wait_for "it is a user's" 60 grep -q "^sleep" "/proc/$holder/comm"
start_refused win11 "^gpu-handoff: $AUDIO: sleep \(pid $holder, user nobody(, [^)]*)?\) has $control open"
kill "$holder"
wait "$holder" || true

step "a program drives the audio function through vfio"
pci=/sys/bus/pci/devices/$AUDIO
modprobe vfio-pci
echo vfio-pci > "$pci/driver_override"
echo "$AUDIO" > "$pci/driver/unbind"
echo "$AUDIO" > /sys/bus/pci/drivers_probe
udevadm settle --timeout=60 # its links go, too
node=/dev/vfio/$(group_of "$GPU")
hold open "$node"
start_refused_untouched win11 "^gpu-handoff: $GPU: hold \(pid $HOLDER, user root(, [^)]*)?\) has $node open"
let_go
echo > "$pci/driver_override"
echo "$AUDIO" > "$pci/driver/unbind"
echo "$AUDIO" > /sys/bus/pci/drivers_probe

step "nobody is left: it starts"
udevadm wait --timeout=60 "/dev/snd/by-path/pci-$AUDIO"
start_ok win11
destroy win11
same_state "$before" "by a cycle"
