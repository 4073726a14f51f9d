#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 400
# managed='no', only the video function in the XML, and a file that lists the devices: the same as managed='yes' with both.
. /run/lab/guest/lib.sh

cycle() {
    local before
    before=$(host_state)
    start_ok win11
    expect "$1: driver of the GPU" vfio-pci "$(driver_of "$GPU")"
    expect "$1: driver of the audio function" vfio-pci "$(driver_of "$AUDIO")"
    destroy win11
    same_state "$before" "by a cycle with $1"
    virsh -q undefine win11
}

configure win11
step "managed='no'"
define_domain win11 managed=no
cycle "managed='no'"
step "managed='no', then managed='yes': libvirt has the device in its list of inactive ones"
define_domain win11
cycle "managed='yes' after 'no'"
step "only the video function"
define_domain win11 "$GPU"
cycle "only the video function in the XML"
step "a list of devices, and unload = never"
configure win11 "devices = ['$GPU', '$AUDIO']
unload = 'never'
timeout_s = 60
"
define_domain win11
cycle "a list of devices"
