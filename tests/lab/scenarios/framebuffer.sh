#!/bin/bash
# topology: framebuffer
# telling: all
# boot: own
# deadline: 300
# A GPU whose memory the firmware's framebuffer has claimed, and which the kernel does not take from it (class 0380): the framebuffer lets it
# go, the domain runs, and the rest is given back. The kernel makes such a framebuffer at boot only.
. /run/lab/guest/lib.sh

framebuffers() { (cd /sys/bus/platform/devices && for one in *-framebuffer.*; do [[ -e $one/driver ]] && echo "$one"; done); }
claims() { grep -E ' : (vesafb|efifb|simplefb|BOOTFB)$' /proc/iomem; }

configure win11
define_domain win11
expect "class of the GPU" 0x038000 "$(cat "/sys/bus/pci/devices/$GPU/class")"
expect "driver of the GPU" none "$(driver_of "$GPU")"
framebuffer=$(framebuffers)
[[ -n "$framebuffer" ]] || fail "there is no framebuffer of the firmware: $(cat /proc/iomem)"
step "$framebuffer: $(claims)"
cursor=$(journal_cursor)
start_ok win11
journal_has "$cursor" "framebuffer $framebuffer: bound -> unbound" || fail "no such step"
expect "framebuffers" '' "$(framebuffers)"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
guest_ready
guest_shown gpu0 framebuffer
destroy win11
expect "driver of the GPU" none "$(driver_of "$GPU")"
expect "driver of its audio function" snd_hda_intel "$(driver_of "$AUDIO")"
expect "journals left" '' "$(ls /run/gpu-handoff)"
