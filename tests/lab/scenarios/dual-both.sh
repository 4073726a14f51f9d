#!/bin/bash
# topology: dual-xorg
# telling: all
# boot: shared
# deadline: 1800
# display = "stop" ends a desktop that Xorg has on both cards. Two domains that both want it, each with a GPU of its own: the return is
# right whichever ends first.
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

step "who stopped it ends first: the desktop is on the card that is there"
both_run
destroy win11
wait_for "lightdm is active" 300 systemctl is-active -q lightdm.service
wait_for "ann's session is active" 300 session_active
"$LAB_GUEST/ask" gpu1 on-the-other 300 "$BACKGROUND" "$TERMINAL" || fail "the desktop is not on the guest's GPU"
programs=$(session_programs)
destroy macos
expect "the programs of ann's session" "$programs" "$(session_programs)"
systemctl restart display-manager.service
desktop_back
same_state "$before" "by two domains that ended the other way round"
