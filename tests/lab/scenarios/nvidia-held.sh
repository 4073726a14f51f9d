#!/bin/bash
# topology: nvidia
# telling: no
# boot: shared
# deadline: 300
# With a process on /dev/nvidia0, one that only mapped it too, or on the nodes that the whole stack shares, the start is refused before
# anything is unbound or unloaded: an unbind would wait in the kernel for ever. Reserving the last NVIDIA card keeps sessions from that.
. /run/lab/guest/lib.sh

vendor=/sys/bus/pci/devices/$GPU/vendor
mesa=/etc/glvnd/egl_vendor.d/50_lab_mesa.json
no_vendor() {
    local code=$?
    ! mountpoint -q "$vendor" || umount "$vendor"
    rm -f /etc/udev/rules.d/72-gpu-handoff-* /etc/environment.d/90-gpu-handoff-* $mesa
    udevadm control --reload
    (exit "$code")
    clean_up
}
trap no_vendor EXIT

modprobe nvidia_drm modeset=1
modprobe nvidia_uvm
configure win11
define_domain win11
for node in /dev/nvidia0 /dev/nvidiactl /dev/nvidia-modeset /dev/nvidia-uvm; do
    step "$node is open"
    sleep infinity < $node &
    holder=$!
    wait_for "the holder has it open" 60 test "/proc/$holder/fd/0" -ef $node
    start_refused_untouched win11 "^gpu-handoff: .*sleep \(pid $holder, user root(, [^)]*)?\) has $node open"
    kill $holder
    wait $holder || true
done
step "/dev/nvidia0 is mapped, and not open any more"
hold map /dev/nvidia0
has_open /dev/nvidia0 hold && fail "the holder still has a descriptor"
start_refused_untouched win11 "^gpu-handoff: .*hold \(pid $HOLDER, user root(, [^)]*)?\) has /dev/nvidia0 open"
let_go
step "nobody is left: it starts"
before=$(host_state)
start_ok win11
destroy win11
same_state "$before" "by a cycle"

step "the last card of NVIDIA's is reserved: sessions keep to Mesa, until --remove"
mkdir -p "${mesa%/*}"
touch $mesa
printf '0x10de\n' > /tmp/vendor # the stand-in's card is another one
mount --bind /tmp/vendor "$vendor"
# for_sessions: what environment.d tells them.
for_sessions() { /usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator | grep -E '^(__|VK_)' | tr -d '"' | sort; }
output=$(gpu-handoff reserve "$GPU") || fail "gpu-handoff reserve: $output"
expect_match "what reserve says" "/etc/environment.d/90-gpu-handoff-mesa.conf installed" "$output"
expect "what sessions are told" "VK_LOADER_DRIVERS_DISABLE=*nvidia*
__EGL_VENDOR_LIBRARY_FILENAMES=$mesa
__GLX_VENDOR_LIBRARY_NAME=mesa" "$(for_sessions)"
output=$(gpu-handoff reserve "$GPU" --remove) || fail "gpu-handoff reserve --remove: $output"
expect_match "what --remove says" "/etc/environment.d/90-gpu-handoff-mesa.conf removed" "$output"
expect "what sessions are told after --remove" "" "$(for_sessions)"
same_state "$before" "by reserve"
modprobe -r nvidia_uvm # as it booted
