#!/bin/bash
# topology: dual
# telling: all
# boot: shared
# deadline: 1200
# gpu-handoff setup gives a domain a card, so that virsh start is all that is left to do, and takes exactly that back.
. /run/lab/guest/lib.sh

backups=/var/lib/gpu-handoff/backups
file=$CONFIGS/win11.toml
definition() { virsh -q dumpxml --inactive --security-info win11; }
# all_of_it: what setup may change.
all_of_it() {
    definition
    cat "$file" 2>&1
    ls "$backups" 2>&1
}
# in_guest: the functions that the guest has on the card's bus and slot, with their ids.
in_guest() {
    virsh -q qemu-monitor-command --hmp win11 'info pci' | tr -d '\r' |
        awk '/^ *Bus/ { place = $2 $3 $4 $5 $6 } /1234:1111|8086:2668/ { print place, $NF }'
}
as_nobody() { setpriv --reuid nobody --clear-groups "$@"; }
# answering LINES: gpu-handoff setup win11 on a terminal where somebody types that.
answering() { printf "$1" | script -qec 'gpu-handoff setup win11' /dev/null; }
off() { [[ $(virsh -q domstate win11 | head -1) == 'shut off' ]]; }

before=$(host_state)
step "as the README says: doctor, setup, start"
define_domain win11 ''
systemctl reload libvirtd # as install does: another scenario may have put the hook there anew
gpu-handoff doctor && gpu-handoff setup win11 --gpu "$GPU" && virsh -q start win11 || fail "exit code $?"
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
guest_ready
destroy win11
gpu-handoff setup win11 --remove || fail "setup --remove"
virsh -q undefine win11
rm -r "$backups"
same_state "$before" "by doctor, setup and start"

for machine in pc q35; do
    step "$machine: a choice, and nobody to ask"
    define_domain win11 machine=$machine ''
    first=$(all_of_it)
    refused "^gpu-handoff: setup: there is more than one graphics card; say which: gpu-handoff setup win11 --gpu $GPU" \
        gpu-handoff setup win11
    output=$(gpu-handoff setup win11 2> /dev/null)
    expect_match "the choice" "$HOST_GPU.*$GPU" "$output"
    expect "the domain after a refused setup" "$first" "$(all_of_it)"

    step "$machine: a choice, and somebody who answers"
    output=$(answering '2\nn\n') || fail "setup that was not wanted: $output"
    expect_match "the questions" "Which one shall the guest have\?.*Define win11 so\? \[y/N\].*Nothing was changed" "$output"
    expect "the domain after a setup that was not wanted" "$first" "$(all_of_it)"
    output=$(answering '3\n') && fail "there is no third card: $output"
    expect "the domain after a wrong answer" "$first" "$(all_of_it)"
    answering '2\ny\n' || fail "setup"
    expect_match "the domain" "<address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>" "$(definition)"
    gpu-handoff setup win11 --remove || fail "setup --remove"
    rm -r "$backups"
    expect "the domain after setup --remove" "$first" "$(all_of_it)"

    step "$machine: it vanishes while setup asks"
    rm -f /tmp/answers
    mkfifo /tmp/answers
    script -qec "gpu-handoff setup win11 --gpu $GPU" /dev/null < /tmp/answers > /tmp/said 2>&1 &
    setup=$!
    exec 9> /tmp/answers
    wait_for "the question" 60 grep -q 'so? \[y/N\]' /tmp/said
    definition > /tmp/vanished.xml
    virsh -q undefine win11
    echo y >&9
    exec 9>&-
    wait $setup && fail "setup of a domain that is not there any more: $(cat /tmp/said)"
    expect_match "its last line" "gpu-handoff: .*(win11|Domain not found)" "$(tail -1 /tmp/said)"
    virsh -q domstate win11 > /dev/null 2>&1 && fail "setup has made the domain again"
    [[ ! -e $file ]] || fail "setup has left a file for it"
    virsh -q define /tmp/vanished.xml
    expect "the domain" "$first" "$(all_of_it)"

    step "$machine: --dry-run"
    output=$(gpu-handoff setup win11 --gpu "$GPU" --dry-run) || fail "setup --dry-run: $output"
    expect_match "the difference" "\+ +<hostdev mode='subsystem' type='pci' managed='yes'>" "$output"
    expect_match "the last line" "Nothing was changed\.$" "$output"
    expect "the domain after --dry-run" "$first" "$(all_of_it)"
    expect "--dry-run without root" "$output" "$(as_nobody gpu-handoff setup win11 --gpu "$GPU" --dry-run)"

    step "$machine: setup"
    xml=$(definition)
    output=$(gpu-handoff setup win11 --gpu "${GPU#0000:}") || fail "setup: $output"
    echo "$output"
    expect "the backup" "$xml" "$(cat "$backups"/*)"
    expect "who can read the backup" "600 root" "$(stat -c '%a %U' "$backups"/*)"
    expect "the file" "644 root" "$(stat -c '%a %U' "$file")"
    second=$(all_of_it)

    step "$machine: once more"
    expect_match "the second setup" "win11 is set up already" "$(gpu-handoff setup win11)"
    expect "the domain after the second setup" "$second" "$(all_of_it)"

    step "$machine: virsh start"
    start_ok win11
    expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
    expect "driver of its audio function while the domain runs" vfio-pci "$(driver_of "$AUDIO")"
    virsh -q qemu-monitor-command --hmp win11 'info pci' > /tmp/info-pci
    in_guest
    expect_match "the card in the guest" \
        $'^(.*)function0: [^\n]*1234:1111\n(.*)function1: [^\n]*8086:2668$' "$(in_guest)"
    expect "bus and slot of its functions" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    refused "^gpu-handoff: domain 'win11': is running; shut it down first" gpu-handoff setup win11
    refused "^gpu-handoff: domain 'win11': is running" gpu-handoff setup win11 --remove
    if [[ $machine == pc ]]; then
        guest_ready
        virsh -q shutdown win11
        wait_for "win11 is shut off" 120 off
    else
        destroy win11
    fi
    gpu-handoff recover > /dev/null # waits for the return
    same_state "$before" "by a domain that was set up"

    step "$machine: a clone without a file is refused"
    definition | sed -e "s/$(virsh -q domuuid win11)/99999999-2222-3333-4444-555555555555/" -e 's/>win11</>clone</' > /tmp/clone.xml
    virsh -q define /tmp/clone.xml
    start_refused clone "clone: set up for a handoff, but it has no file"
    output=$(gpu-handoff setup win11)
    expect_match "the note" "Note: clone is set up for it too" "$output"

    step "$machine: the clone is set up, too, and no more"
    expect_match "setup of the clone" "New file: $CONFIGS/clone.toml" "$(gpu-handoff setup clone)"
    gpu-handoff setup clone --remove > /dev/null || fail "setup clone --remove"
    [[ ! -e $CONFIGS/clone.toml ]] || fail "the file of the clone is left"
    virsh -q undefine clone

    step "$machine: --remove"
    output=$(gpu-handoff setup win11 --remove --dry-run) || fail "setup --remove --dry-run: $output"
    [[ -e $file ]] || fail "--remove --dry-run removed the file"
    output=$(gpu-handoff setup win11 --remove) || fail "setup --remove: $output"
    echo "$output"
    [[ $output != *Note:* ]] || fail "a card is said to stay"
    expect "the XML after --remove" "$xml" "$(definition)"
    [[ ! -e $file ]] || fail "the file is left"
    refused "^gpu-handoff: domain 'win11': was not set up" gpu-handoff setup win11 --remove
    rm -r "$backups"

    step "$machine: all that a card by hand had is left; a file that somebody wrote, too"
    configure win11 'timeout_s = 60'
    virsh -q attach-device --config win11 /dev/stdin <<< "$(hostdev_xml no "$GPU" | sed 's/ multifunction=.on.//; s/<address type[^>]*>//')"
    xml=$(definition)
    gpu-handoff setup win11 > /tmp/output || fail "setup: $(cat /tmp/output)"
    expect "hostdevs that libvirt takes from the host" 2 "$(definition | grep -c "<hostdev.*managed='yes'")"
    start_ok win11
    expect "functions in the guest" 2 "$(in_guest | wc -l)"
    destroy win11
    gpu-handoff setup win11 --remove > /tmp/output || fail "setup --remove: $(cat /tmp/output)"
    expect_match "what --remove says of the file" "Left as it is.*$file" "$(cat /tmp/output)"
    [[ $(< /tmp/output) != *Note:* ]] || fail "the hook looks after the card still: $(cat /tmp/output)"
    expect "the XML after --remove" "$xml" "$(definition)"
    expect "the file after --remove" 'timeout_s = 60' "$(cat "$file")"
    rm "$file"
    gpu-handoff setup win11 > /tmp/output || fail "setup: $(cat /tmp/output)"
    gpu-handoff setup win11 --remove > /tmp/output || fail "setup --remove: $(cat /tmp/output)"
    expect_match "what --remove says of the card" "Note: setup did not add $GPU, so win11 keeps it" "$(cat /tmp/output)"
    [[ ! -e $file ]] || fail "the file is left"
    virsh -q undefine win11
    rm -rf "$file" "$backups"
done

step "a keyboard, and KVM hidden"
define_domain win11 ''
xml=$(definition)
keyboard=$(compgen -G '/dev/input/by-path/*-event-kbd' | head -1) || fail "the host has no keyboard"
gpu-handoff setup win11 --gpu "$GPU" --keyboard "$keyboard" --hide-kvm || fail "setup with a keyboard"
expect_match "the keyboard" "<source dev='$keyboard' grab='all' grabToggle='ctrl-ctrl' repeat='on'/>" "$(definition)"
start_ok win11
has_open "$(realpath "$keyboard")" qemu-system || fail "QEMU does not have the keyboard"
expect_match "what QEMU hides" "hv-vendor-id=gpu-handoff,kvm=off" "$(tr '\0' ' ' < "/proc/$(pgrep -f 'qemu-system.*-uuid' | head -1)/cmdline")"
destroy win11
gpu-handoff setup win11 --remove > /dev/null || fail "setup --remove"
expect "the XML after --remove" "$xml" "$(definition)"
same_state "$before" "by setup"
