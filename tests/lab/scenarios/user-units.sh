#!/bin/bash
# topology: dual-wayland
# telling: no
# boot: shared
# deadline: 900
# Units of a user's own systemd on the GPU: a desktop's known helper, and one that the file names, are stopped in that user's manager and come
# back; without that line the start is refused. Of a user who has logged out meanwhile nothing is wanted back.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

helper=plasma-powerdevil.service other=renderer.service
after() {
    local code=$?
    end_session
    rm -f /run/systemd/user/{$helper,$other}
    (exit $code)
    clean_up
}
trap after EXIT
of_ann() { systemctl --user --machine=ann@.host "$@"; }
# has_card UNIT: it runs, and has the card open.
has_card() { find "/proc/$(of_ann show --value -p MainPID "$1")/fd" -lname "$CARD" | grep -q .; }
# starts_and_returns UNIT: it is stopped for the handoff, and has the card again after the return.
starts_and_returns() {
    wait_for "WirePlumber has the sound card" 240 sound_held # and does not open it behind the first look
    cursor=$(journal_cursor)
    start_ok win11
    journal_has "$cursor" "unit user@$uid:$1: active -> inactive" || fail "$1 was not stopped: $(journal_since "$cursor")"
    expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
    destroy win11
    expect "driver of the GPU" bochs-drm "$(driver_of "$GPU")"
    wait_for "$1 has the card again" 60 has_card "$1"
    expect "journals left" '' "$(ls /run/gpu-handoff)"
}

uid=$(id -u ann)
find_cards
for unit in $helper $other; do
    mkdir -p /run/systemd/user
    printf '[Service]\nExecStart=%s open /dev/dri/by-path/pci-%s-card\n' "$LAB_GUEST/hold" "$GPU" > /run/systemd/user/$unit
done
configure win11 'timeout_s = 60'
define_domain win11
session sleep infinity

step "$helper"
of_ann start $helper
wait_for "$helper has the card" 60 has_card $helper
starts_and_returns $helper
of_ann stop $helper

step "$other, which nobody allowed us to stop, and which does not let go as a compositor does"
of_ann start $other
wait_for "$other has the card" 60 has_card $other
wait_for "WirePlumber has the sound card" 240 sound_held
configure win11 'timeout_s = 15'
start_refused win11 "^gpu-handoff: .*hold \(pid $(of_ann show --value -p MainPID $other), user ann, $other\) has $CARD open, and does not let go; write .*stop_units = \[\"user@$uid:$other\"\]"
step "refused: $REFUSAL"

step "the file names it"
configure win11 $'timeout_s = 60\nstop_units = ["user@'"$uid:$other"$'"]'
starts_and_returns $other

step "ann logs out while the domain runs"
wait_for "WirePlumber has the sound card again" 240 sound_held
start_ok win11
end_session
wait_for "her runtime directory is gone" 60 test ! -e "/run/user/$uid/bus"
destroy win11
expect "driver of the GPU" bochs-drm "$(driver_of "$GPU")"
expect "journals left" '' "$(ls /run/gpu-handoff)"
