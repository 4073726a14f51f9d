#!/bin/bash
# topology: dual-xorg
# telling: all
# boot: shared
# deadline: 1800
# display = "stop" ends a desktop that Xorg has on both cards. Two domains that both want it, each with a GPU of its own: the desktop
# is back in the end, whichever ends first.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

dm() { systemctl is-active display-manager.service; }
both_run() {
    start_ok win11
    expect "the display manager while win11 runs" inactive "$(dm)"
    expect "driver of the host's GPU" bochs-drm "$(driver_of "$HOST_GPU")"
    start_ok macos
    expect "drivers of both GPUs" "vfio-pci vfio-pci" "$(driver_of "$GPU") $(driver_of "$HOST_GPU")"
}

desktop_lightdm
configure win11 $'display = "stop"\ntimeout_s = 120'
configure macos $'display = "stop"\ntimeout_s = 120'
define_domain win11
define_domain macos "$HOST_GPU"
before=$(host_state)

step "who stopped it ends last"
both_run
destroy macos
expect "the display manager while win11 runs on" inactive "$(dm)"
expect "driver of the host's GPU" bochs-drm "$(driver_of "$HOST_GPU")"
destroy win11
desktop_back
same_state "$before" "by two domains that wanted it stopped"

step "who stopped it ends first: without the boot VGA Xorg finds no screen; it comes with the other domain's end"
both_run
cursor=$(journal_cursor)
destroy win11
expect "driver of the guest's GPU" bochs-drm "$(driver_of "$GPU")"
journal_has "$cursor" "win11: not given back: lightdm.service: ends again right after its start" || fail "lightdm is there"
expect_match "gpu-handoff status" "handoff to domain win11 was left behind" "$(gpu-handoff status)"
destroy macos
desktop_or_greeter_back
expect "journals left" '' "$(ls /run/gpu-handoff)"
same_state "$before" "by two domains that ended the other way round"
