#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 400
# The main job, told with a timeline: virsh start win11, the guest draws on the passed GPU, virsh shutdown, all is back.
. /run/lab/guest/lib.sh

# drivers WHEN: the driver of every display and audio function of this host.
drivers() {
    local function
    printf '\n  %s\n' "$1"
    for function in "$HOST_GPU" "$GPU" "$AUDIO"; do
        printf '    %s  %-28s %s\n' "$function" "$(lspci -s "$function" | cut -d' ' -f2- | cut -c1-28)" "$(driver_of "$function")"
    done
}

# hook_steps CURSOR: what the hook did since then.
hook_steps() {
    printf '\n  the hook\n'
    journal_since "$1" | sed 's/^win11: /    /'
}

off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }

configure win11
define_domain win11
before=$(host_state)
drivers "before"
shot gpu0 before-host
echo

step "virsh start win11"
cursor=$(journal_cursor)
start_ok win11
step "running"
hook_steps "$cursor"
drivers "while win11 runs"
guest_ready
echo
step "the guest says: $(tr -d '\r' < "$GUEST_SAYS" | head -1)"
guest_shown gpu1 win11-on-its-gpu
shot gpu0 during-host

step "virsh shutdown win11"
cursor=$(journal_cursor)
virsh -q shutdown win11
wait_for "win11 is shut off" 60 off
wait_for "the hook has given back" 30 journal_has "$cursor" "given back"
step "shut off"
hook_steps "$cursor"
drivers "after"
same_state "$before" "by the demo"
shot gpu0 after-host
printf '\n  The host is as it was: drivers, overrides, power settings, modules, sound card, DRM nodes.\n'
