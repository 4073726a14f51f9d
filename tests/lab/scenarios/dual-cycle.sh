#!/bin/bash
# topology: dual
# telling: yes
# boot: shared
# deadline: 900
# An empty config file is enough: virsh start hands the card over, virsh destroy gives everything back, again and again.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
before=$(host_state)
group=$(group_of "$GPU")
daemon=$(pidof libvirtd)
cycles=3
[[ -z "${ALL:-}" ]] || cycles=10
expect "driver of the GPU before" bochs-drm "$(driver_of "$GPU")"
expect "driver of its audio function before" snd_hda_intel "$(driver_of "$AUDIO")"

open_files() { ls "/proc/$daemon/fd" | wc -l; }
for ((cycle = 1; cycle <= cycles; cycle++)); do
    step "cycle $cycle of $cycles: virsh start"
    start_ok win11
    expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
    expect "driver of its audio function while the domain runs" vfio-pci "$(driver_of "$AUDIO")"
    has_open "/dev/vfio/$group" qemu-system || fail "no QEMU has /dev/vfio/$group open"
    expect "driver of the host's GPU while the domain runs" bochs-drm "$(driver_of "$HOST_GPU")"
    ((cycle > 1)) || shot gpu1 running
    step "cycle $cycle of $cycles: virsh destroy"
    destroy win11
    same_state "$before" "by cycle $cycle"
    wait_for "the process that kept the host awake has ended" 60 not_running stay-awake
    expect "processes of ours after cycle $cycle" "" "$(our_processes)"
    expect "processes of QEMU after cycle $cycle" "" "$(pgrep -l qemu-system || true)"
    # The first cycle may open what libvirtd keeps.
    ((cycle > 1)) || first_files=$(open_files)
done
# It opens files of a device that comes for moments.
no_more_files() { (($(open_files) <= first_files)); }
wait_for "libvirtd has no more open files than the $first_files after the first cycle" 60 no_more_files
