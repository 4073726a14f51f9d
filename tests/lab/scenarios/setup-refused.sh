#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 600
# What gpu-handoff setup refuses: one line that says why, and the domain stays as it was.
. /run/lab/guest/lib.sh

file=$CONFIGS/win11.toml
definition() { virsh -q dumpxml --inactive --security-info win11; }
# all_of_it: what setup may change.
all_of_it() {
    definition
    cat "$file" 2>&1
    ls /var/lib/gpu-handoff/backups 2>&1
}
as_nobody() { setpriv --reuid nobody --clear-groups "$@"; }

before=$(host_state)
define_domain win11 ''
first=$(all_of_it)
step "bad input"
refused "^gpu-handoff: domain win1: libvirt knows none of that name; did you mean win11\?" gpu-handoff setup win1
refused "^gpu-handoff: $AUDIO: is not a graphics card" gpu-handoff setup win11 --gpu "$AUDIO"
refused "^gpu-handoff: 0000:7f:1f.7: is not a graphics card" gpu-handoff setup win11 --gpu 7f:1f.7
refused "^gpu-handoff: nvidia: is not a PCI address" gpu-handoff setup win11 --gpu nvidia
refused "^gpu-handoff: /dev/null: is no evdev node" gpu-handoff setup win11 --gpu "$GPU" --keyboard /dev/null
refused "^gpu-handoff: /dev/input/none: there is no such device node" gpu-handoff setup win11 --gpu "$GPU" --keyboard /dev/input/none
refused "^gpu-handoff: libvirt: " gpu-handoff setup win11 --gpu "$GPU" --connect 'qemu+unix:///system?socket=/nowhere'
refused "^gpu-handoff: setup: needs root" as_nobody gpu-handoff setup win11 --gpu "$GPU"
code=0
gpu-handoff setup win11 --mouse /dev/input/event0 2> /dev/null || code=$?
[[ $code != 0 ]] || fail "a mouse without a keyboard was taken"
step "a bad file"
configure win11 'colour = "red"'
refused "^gpu-handoff: $file:1: colour: " gpu-handoff setup win11 --gpu "$GPU"
rm "$file"
step "a saved domain, a transient one"
start_ok win11
virsh -q managedsave win11 || fail "virsh managedsave"
refused "^gpu-handoff: domain 'win11': is saved" gpu-handoff setup win11 --gpu "$GPU"
virsh -q managedsave-remove win11
sed 's/>win11</>passing</; /<uuid>/d' <<< "$(definition)" > /tmp/passing.xml
virsh -q create /tmp/passing.xml || fail "virsh create"
refused "^gpu-handoff: domain 'passing': is transient" gpu-handoff setup passing --gpu "$GPU"
virsh -q destroy passing
expect "the domain after refused setups" "$first" "$(all_of_it)"
step "nobody can read what it does"
gpu-handoff setup win11 --gpu "$GPU" > /dev/full 2> /dev/null && fail "setup with nobody to read it did not fail"
expect "the domain after a setup that nobody could read" "$first" "$(all_of_it)"
same_state "$before" "by setup"
