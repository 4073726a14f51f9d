#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 800
# managed='no', only the video function in the XML, and a file that lists the devices: the same as managed='yes' with both. Settings of the
# functions that somebody made come back.
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
step "settings that somebody made"
pci=/sys/bus/pci/devices
power=$(cat $pci/{"$GPU","$AUDIO"}/power/control | xargs)
tee $pci/{"$GPU","$AUDIO"}/power/control <<< auto > /dev/null
echo bochs-drm > "$pci/$GPU/driver_override"
cold=$(cat "$pci/$GPU/d3cold_allowed")
echo $((1 - cold)) > "$pci/$GPU/d3cold_allowed"
define_domain win11
cycle "settings that somebody made"
before=$(host_state)
define_domain win11
start_ok win11
echo "$cold" > "$pci/$GPU/d3cold_allowed"
destroy win11
same_state "$before" "by a cycle in which the settings were changed"
virsh -q undefine win11
echo "$cold" > "$pci/$GPU/d3cold_allowed"
expect "what was set" "auto auto bochs-drm" "$(cat $pci/{"$GPU","$AUDIO"}/power/control "$pci/$GPU/driver_override" | xargs)"
echo "${power% *}" > "$pci/$GPU/power/control"
echo "${power#* }" > "$pci/$AUDIO/power/control"
echo > "$pci/$GPU/driver_override"
step "a list of devices, and unload = never"
configure win11 "devices = ['$GPU', '$AUDIO']
unload = 'never'
timeout_s = 60
"
define_domain win11
cycle "a list of devices"
