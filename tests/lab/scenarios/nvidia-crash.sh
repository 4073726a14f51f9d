#!/bin/bash
# topology: nvidia
# telling: no
# boot: own
# deadline: 900
# The hook is killed in the middle of a module stack: between two unloads, and when all of it is out but the card is not yet on vfio-pci. And
# a driver that does not take its card back.
. /run/lab/guest/lib.sh

modprobe nvidia_drm modeset=1
modprobe nvidia_uvm
configure win11 'timeout_s = 60'
define_domain win11
before=$(host_state)
start_ok win11 # the first start since the boot also loads vfio-pci
destroy win11
same_state "$before" "by a cycle"

# killed_when DESCRIPTION CONDITION STRACE-OPTIONS...: the hook and its worker are killed when that is so; strace holds up every such call.
killed_when() {
    local cursor
    hook_with prepare -f "${@:3}" -o /dev/null
    cursor=$(journal_cursor)
    virsh -q start win11 > /tmp/start.out 2>&1 &
    wait_for "$1" 120 "$2"
    pkill -9 -x engine || fail "the hook has ended before it could be killed"
    pkill -9 -x strace
    wait $! && fail "the domain started although its hook was killed"
    hook_plain
    expect_match "what virsh says" "fatal signal 9" "$(cat /tmp/start.out)"
    wait_for "the log says what came back" 60 journal_has "$cursor" "module nvidia_drm: unloaded -> loaded"
    same_state "$before" "by a hook killed when $1"
}
loaded() { grep -q "^$1 " /proc/modules; }
half_unloaded() { ! loaded nvidia_drm && ! loaded nvidia_modeset && loaded nvidia; }
all_unloaded() { ! loaded nvidia && [[ $(driver_of "$GPU") == none ]]; }

step "killed between two unloads"
killed_when "half of the stack is unloaded" half_unloaded -e trace=delete_module -e inject=delete_module:delay_enter=5s
step "killed when all is unloaded, and vfio-pci has the audio function only"
killed_when "all of the stack is unloaded" all_unloaded -P /sys/bus/pci/drivers/vfio-pci/bind -e trace=openat -e inject=openat:delay_enter=5s

step "the driver does not take its card back: recover does, once it can"
start_ok win11
printf 'options nvidia fail_probe=1\n' > /etc/modprobe.d/lab-nvidia.conf
cursor=$(journal_cursor)
destroy win11
rm /etc/modprobe.d/lab-nvidia.conf
wait_for "the log says so" 60 journal_has "$cursor" "not all given back, run gpu-handoff recover"
expect "driver of the audio function" snd_hda_intel "$(driver_of "$AUDIO")"
gpu-handoff recover || fail "gpu-handoff recover"
same_state "$before" "by a driver that took its card back late"

step "it starts"
start_ok win11
destroy win11
same_state "$before" "by a cycle after the crashes"
