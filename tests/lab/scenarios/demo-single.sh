#!/bin/bash
# topology: single
# telling: all
# boot: shared
# deadline: 1800
# The single-GPU job, told with a timeline: ann types virsh start win11 in a terminal of her desktop; the desktop makes room, and comes back.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

# facts WHEN: the driver of the only GPU, and who is on its screen.
facts() {
    printf '\n  %s\n' "$1"
    printf '    %s  %-28s %s\n' "$GPU" "$(lspci -s "$GPU" | cut -d' ' -f2- | cut -c1-28)" "$(driver_of "$GPU")"
    printf '    display manager: %s; on the seat: %s\n\n' "$(systemctl is-active display-manager.service)" \
        "$(loginctl --no-legend list-sessions | awk '$4 == "seat0" { print $3 }' | xargs)"
}
hook_steps() {
    printf '\n  the hook\n'
    journal_since "$1" | sed 's/^win11: /    /'
    echo
}
off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }

step "LightDM logs ann in"
desktop_lightdm
configure win11 'timeout_s = 120'
define_domain win11
before=$(host_state)
facts "before"
shot gpu0 1-desktop

step "ann types: virsh start win11"
cursor=$(journal_cursor)
start_from_desktop win11
step "running"
hook_steps "$cursor"
facts "while win11 runs"
guest_ready
step "the guest says: $(tr -d '\r' < "$GUEST_SAYS" | head -1)"
guest_shown gpu0 2-win11-on-the-same-screen

step "virsh shutdown win11"
cursor=$(journal_cursor)
virsh -q shutdown win11
wait_for "win11 is shut off" 120 off
wait_for "the hook has given back" 180 journal_has "$cursor" "given back"
step "shut off"
hook_steps "$cursor"
desktop_back
step "the desktop is on the screen"
facts "after"
same_state "$before" "by the demo"
shot gpu0 3-desktop-again
printf '  The host is as it was: desktop, drivers, overrides, power settings, modules, sound card, DRM nodes.\n'
