#!/bin/bash
# topology: single
# telling: no
# boot: shared
# deadline: 1800
# What is refused before a session ends: display = "keep", a package upgrade that must not be interrupted, a second person's session, somebody
# else's process, a kernel without vfio-pci, a host without a bus. And what fails only after the session's end: the desktop is back.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

# unharmed: the same programs in the same session, and the same picture.
unharmed() {
    expect "the programs of ann's session" "$programs" "$(session_programs)"
    session_active || fail "ann's session is not active any more"
    "$LAB_GUEST/ask" gpu0 "$1" 60 "$BACKGROUND" "$TERMINAL" || fail "the desktop is not on the screen"
}

desktop_lightdm
define_domain win11
programs=$(session_programs)
before=$(host_state)

step 'display = "keep"'
configure win11 'display = "keep"'
start_refused win11 "^gpu-handoff: $GPU: the only GPU with a screen, .* and display is \"keep\"; write display = \"auto\""
step "refused: $REFUSAL"
unharmed keep

step "a package upgrade"
configure win11 'timeout_s = 120'
systemd-inhibit --what=shutdown --mode=block --who=apt --why='packages are being installed' sleep infinity &
upgrade=$!
wait_for "the inhibitor" 60 bash -c 'systemd-inhibit --list | grep -q apt'
start_refused win11 "^gpu-handoff: $GPU: apt \(pid [0-9]+\) must not be interrupted by the end of the session: packages are being installed; wait until it is done"
step "refused: $REFUSAL"
unharmed upgrade
kill $upgrade
wait $upgrade 2> /dev/null

step "a second person's session on another console"
useradd --create-home bob
systemd-run -q --unit=bob-desktop --uid=bob -p PAMName=login -p TTYPath=/dev/tty5 -p StandardInput=tty \
    -E XDG_SEAT=seat0 -E XDG_VTNR=5 -E XDG_SESSION_TYPE=wayland sleep infinity
# Not the user's state, which may be ahead of the session's.
bob_is_there() { [[ $(loginctl show-session --value -p State "$(session_of bob)") =~ ^(online|active)$ ]]; }
wait_for "bob's session" 120 bob_is_there
start_refused win11 "^gpu-handoff: $GPU: the sessions of ann and bob would end; have one of them log out"
step "refused: $REFUSAL"
unharmed second-person
systemctl stop bob-desktop.service
loginctl terminate-user bob 2> /dev/null
wait_for "bob is gone" 120 nobody_runs bob
userdel --remove bob 2> /dev/null

card=/dev/dri/$(cd "/sys/bus/pci/devices/$GPU/drm" && echo card*)
step "a process that is not the desktop's"
hold open "$card"
start_refused_untouched win11 "^gpu-handoff: .*hold \(pid $HOLDER, user root.*has $card open"
step "refused: $REFUSAL"
unharmed holder
let_go

step "a kernel without vfio-pci"
vfio=$(modinfo -n vfio-pci)
modprobe -r vfio-pci 2> /dev/null
mv "$vfio" "$vfio.away"
start_refused_untouched win11 "^gpu-handoff: vfio-pci: cannot be loaded: "
step "refused: $REFUSAL"
mv "$vfio.away" "$vfio"
unharmed vfio

step "no bus"
mv /run/dbus/system_bus_socket /run/dbus/away
start_refused_untouched win11 "^gpu-handoff: .*its owner is unknown \(system bus: "
step "refused: $REFUSAL"
mv /run/dbus/away /run/dbus/system_bus_socket
unharmed bus
same_state "$before" "by what was refused"

step "QEMU refuses the domain, after the session's end"
virsh -q dumpxml win11 | sed "s/type='raw'/type='qcow2'/" | virsh -q define /dev/stdin
output=$(virsh -q start win11 2>&1) && fail "a domain with a broken disk started"
step "virsh start: ${output##*$'\n'}"
[[ "$output" != *gpu-handoff* ]] || fail "it was refused by the hook"
desktop_back
[[ "$(session_programs)" != "$programs" ]] || fail "the session did not end"
same_state "$before" "by a domain that QEMU refused"
