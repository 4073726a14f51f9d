#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 500
# gpu-handoff reserve: a GPU's card goes to a seat for which nobody logs in, and nothing else changes; --remove takes it back.
. /run/lab/guest/lib.sh

rule=/etc/udev/rules.d/72-gpu-handoff-$GPU.rules
card=$(echo /sys/bus/pci/devices/"$GPU"/drm/card*)
connector=$(echo "$card"/card*-*)
sound=$(echo /sys/bus/pci/devices/"$AUDIO"/sound/card*)
host_card=$(echo /sys/bus/pci/devices/"$HOST_GPU"/drm/card*)

# udev_of DEVICE: what udev knows of it; current DEVICE: the tags that count, and its seat.
udev_of() { udevadm info "$1" | grep -v USEC_INITIALIZED | tags_in_order | sort; }
current() { udev_of "$1" | sed -n 's/^E: \(CURRENT_TAGS=.*\|ID_SEAT=.*\)/\1/p'; }
# tags_in_order: udevadm prints them in another order each time.
tags_in_order() {
    python3 -c 'import sys
for line in sys.stdin:
    name, tags, values = line.rstrip().partition("TAGS=:")
    print(name + tags + "".join(sorted(tag + ":" for tag in values.split(":") if tag)))'
}
# event ACTION DEVICE...: what a compositor would hear.
event() {
    local device
    for device in "${@:2}"; do echo "$1" > "$device/uevent"; done
    udevadm settle --timeout=60
}
fresh() { event remove "$card" "$connector" && event add "$card" "$connector"; }
# others: what must stay as it is.
others() { udev_of "$sound" && udev_of "$host_card" && loginctl list-seats --no-legend && cat "$card/dev"; }
clean() {
    local code=$?
    kill "$holder" 2> /dev/null
    rm -f /etc/udev/rules.d/72-gpu-handoff-*
    udevadm control --reload
    fresh
    (exit "$code")
    clean_up
}
holder=''
trap clean EXIT

fresh
before=$(host_state)
card_before=$(udev_of "$card") connector_before=$(udev_of "$connector") others_before=$(others)
rules_before=$(ls /etc/udev/rules.d)
current_before=$(current "$card")
expect_match "tags of the card before" ":master-of-seat:" "$current_before"
expect_match "tags of the card before" ":seat:" "$current_before"

step "reserve: the card and its connector are on the other seat, with an event that closes nothing"
sleep infinity < "/dev/dri/${card##*/}" &
holder=$!
output=$(gpu-handoff reserve "${GPU#0000:}") || fail "gpu-handoff reserve: $output"
echo "$output"
expect_match "what reserve says" "$rule installed" "$output"
expect_match "what reserve says" "next login" "$output"
expect_match "what reserve says" "gpu-handoff reserve $GPU --remove" "$output"
udevadm settle --timeout=60
is_reserved() { [[ "$(current "$card")" == *ID_SEAT=seat-guest && "$(current "$connector")" == *ID_SEAT=seat-guest ]]; }
is_reserved || fail "the card is not on seat-guest: $(current "$card"), $(current "$connector")"
no_seat_tags() { ! current "$card" | grep -qE ':(seat|master-of-seat):' && ! current "$connector" | grep -qE ':(seat|master-of-seat):'; }
no_seat_tags || fail "it still has a seat's tags: $(current "$card"), $(current "$connector")"
test "/proc/$holder/fd/0" -ef "/dev/dri/${card##*/}" || fail "the card is not open any more"
expect "the others" "$others_before" "$(others)"

step "the same after add, as after a handoff or a restart"
udevadm trigger --action=add --settle "$card" "$connector"
is_reserved && no_seat_tags || fail "after add: $(current "$card"), $(current "$connector")"
fresh
is_reserved && no_seat_tags || fail "after remove and add: $(current "$card"), $(current "$connector")"
expect "the others" "$others_before" "$(others)"
loginctl seat-status seat0 --no-pager | grep -q "drm:${card##*/}" && fail "logind has the card on seat0"
kill "$holder"
wait "$holder" || true
holder=''

step "who has it open from before hears of its removal"
stdbuf -oL udevadm monitor --udev --property --subsystem-match=drm > /tmp/heard &
monitor=$!
wait_for "udevadm listens" 60 grep -q '^UDEV - ' /tmp/heard
event remove "$card"
whole_event() { awk '/^DEVNAME=/ { seen = 1 } seen && /^$/ { whole = 1 } END { exit !whole }' /tmp/heard; }
wait_for "the event" 60 whole_event
kill $monitor
wait $monitor 2> /dev/null
expect_match "the event" "DEVNAME=/dev/dri/${card##*/}" "$(cat /tmp/heard)"
grep -q '^ID_SEAT=seat-guest' /tmp/heard && fail "it is one of another seat: $(cat /tmp/heard)"
rm /tmp/heard
event add "$card"
is_reserved && no_seat_tags || fail "after remove and add: $(current "$card"), $(current "$connector")"

step "once more; and the last GPU with a screen"
expect_match "reserve, once more" "$GPU is reserved already" "$(gpu-handoff reserve "$GPU")"
refused "^gpu-handoff: $HOST_GPU: no other GPU has a way out to a screen" gpu-handoff reserve "$HOST_GPU"

step "a handoff of a reserved card"
configure win11
define_domain win11
start_ok win11
destroy win11
card=$(echo /sys/bus/pci/devices/"$GPU"/drm/card*)
connector=$(echo "$card"/card*-*)
udevadm settle --timeout=60
is_reserved && no_seat_tags || fail "after a handoff: $(current "$card"), $(current "$connector")"

step "--remove"
output=$(gpu-handoff reserve "$GPU" --remove) || fail "gpu-handoff reserve --remove: $output"
expect_match "what --remove says" "$rule removed" "$output"
udevadm settle --timeout=60
expect "tags of the card after --remove" "$current_before" "$(current "$card")"
fresh
expect "the card" "$card_before" "$(udev_of "$card")"
expect "the connector" "$connector_before" "$(udev_of "$connector")"
expect "the others" "$others_before" "$(others)"
expect "files of udev's rules" "$rules_before" "$(ls /etc/udev/rules.d)"
expect_match "--remove, once more" "$GPU is not reserved" "$(gpu-handoff reserve "$GPU" --remove)"
# in_json [--remove]: what programs read.
in_json() {
    gpu-handoff reserve "$GPU" --json "$@" | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["gpu"], d["reserved"], *(f["path"] + " " + f["done"] for f in d["files"]), d["needs_restart"], d["warnings"])'
}
expect "--json" "$GPU True $rule installed False []" "$(in_json)"
expect "--json, once more" "$GPU True False []" "$(in_json)"
expect "--json --remove" "$GPU False $rule removed False []" "$(in_json --remove)"
fresh

step "refusals"
refused "^gpu-handoff: $AUDIO: is not a graphics card" gpu-handoff reserve "$AUDIO"
refused "^gpu-handoff: 0000:7f:1f.7: there is no such PCI device" gpu-handoff reserve 7f:1f.7
refused "^gpu-handoff: card1: is not a PCI address" gpu-handoff reserve card1
refused "^gpu-handoff: reserve: needs root" setpriv --reuid nobody --clear-groups gpu-handoff reserve "$GPU"
mount --bind /etc/udev/rules.d /etc/udev/rules.d
mount -o remount,bind,ro /etc/udev/rules.d
refused "^gpu-handoff: $rule: cannot be changed: Read-only file system" gpu-handoff reserve "$GPU"
umount /etc/udev/rules.d
gpu-handoff reserve "$GPU" > /dev/null
echo '# mine' >> "$rule"
refused "^gpu-handoff: $rule: was changed by hand" gpu-handoff reserve "$GPU"
refused "^gpu-handoff: $rule: was changed by hand" gpu-handoff reserve "$GPU" --remove
grep -q '# mine' "$rule" || fail "what a person wrote is gone"
rm "$rule"
udevadm control --reload
fresh
same_state "$before" "by reserve"
