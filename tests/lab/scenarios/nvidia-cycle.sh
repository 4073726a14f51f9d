#!/bin/bash
# topology: nvidia
# telling: yes
# boot: shared
# deadline: 400
# The GPU is nvidia's only device: the stack is unloaded leaf first, stays out while the domain runs, and comes back
# complete with the parameters it had. What a restart would not undo stays as it is.
. /run/lab/guest/lib.sh

load_stack() {
    modprobe -r nvidia_uvm nvidia_drm nvidia_modeset nvidia 2>/dev/null || true
    modprobe nvidia "$@"
    modprobe nvidia_drm modeset=1
    modprobe nvidia_uvm
    expect "driver of the GPU before" nvidia "$(driver_of "$GPU")"
}

configure win11
define_domain win11
load_stack
before=$(host_state)
cursor=$(journal_cursor)
touch /tmp/before-the-start
step "virsh start"
start_ok win11
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
expect "modules of the stack while the domain runs" "" "$(grep ^nvidia /proc/modules)"
order=$(journal_since "$cursor" | sed -n 's/.*module \(nvidia[a-z_]*\): .*unloaded.*/\1/p' | xargs)
expect_match "the order of unloading" "^(nvidia_uvm nvidia_drm nvidia_modeset|nvidia_drm nvidia_modeset nvidia_uvm|nvidia_drm nvidia_uvm nvidia_modeset) nvidia$" "$order"
during=$(host_state)
probes=$(dmesg | grep -c 'NVRM: No NVIDIA GPU found')
for module in nvidia nvidia_drm nvidia_uvm; do
    timeout 10 modprobe "$module" 2>/dev/null
    code=$?
    ((code != 0)) || fail "modprobe $module succeeded while the domain has the card"
    ((code != 124)) || fail "modprobe $module hung while the domain has the card"
done
expect "times that nvidia looked for its card, beside modprobe" "$probes" "$(dmesg | grep -c 'NVRM: No NVIDIA GPU found')"
same_state "$during" "by modprobe while the domain has the card"
expect "files that changed with the start" "" "$(find /etc /boot /usr -xdev -cnewer /tmp/before-the-start \
    ! -path '/etc/libvirt/qemu*' ! -path '/etc/apparmor.d/libvirt*')" # libvirt's own
step "virsh destroy"
destroy win11
same_state "$before" "by a cycle"

step "with parameters that were given by hand"
load_stack NVreg_StandIn=7 NVreg_StandInHidden=3 'NVreg_StandInText="two words"'
before=$(host_state)
steps=$(planned win11)
expect_match "the plan" 'module nvidia: loaded -> unloaded' "$steps"
cursor=$(journal_cursor)
start_ok win11
expect "the steps that plan said" "$steps" "$(logged "$cursor" win11)"
expect "the steps in the history" "$steps" "$(remembered)"
destroy win11
same_state "$before" "by a cycle with parameters given by hand"
expect_match "what the driver says of one without a file in sysfs" 'StandInHidden: 3' "$(cat /proc/driver/nvidia/params)"
load_stack

step "a former parameter that the driver does not take: it is back without"
before=$(host_state)
sed 's/^StandInHidden: .*/StandInHidden: 1e9/' /proc/driver/nvidia/params > /tmp/params
mount --bind /tmp/params /proc/driver/nvidia/params # until the module goes
cursor=$(journal_cursor)
start_ok win11
destroy win11
journal_has "$cursor" "module nvidia: not loaded with its former parameters: Invalid argument" || fail "the log does not say so: $(journal_since "$cursor")"
same_state "$before" "by a parameter that was refused"

step "the kernel was updated, and took the running one's modules along: refused"
modules=/usr/lib/modules/$(uname -r)
mv "$modules" "$modules.old"
start_refused_untouched win11 "^gpu-handoff: $GPU: its driver could not be loaded again: .*; restart the host"
mv "$modules.old" "$modules"
modprobe -r nvidia_uvm # as it booted
