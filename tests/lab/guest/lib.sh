# The words scenarios are written in. Sourced by bash inside a lab guest; GPU, AUDIO, ... hold the PCI addresses.
# shellcheck shell=bash

LAB_GUEST=/run/lab/guest
LAB_DISK=/usr/lib/gpu-handoff-lab/guest.img
CONFIGS=/etc/gpu-handoff/domains
LAB_BEGIN=$EPOCHREALTIME

# step TEXT: what happens next, with the seconds since the scenario began.
step() {
    local now=$(( (${EPOCHREALTIME/./} - ${LAB_BEGIN/./}) / 100000 ))
    printf '[%4d.%d] %s\n' $((now / 10)) $((now % 10)) "$*"
}

# fail TEXT: ends the scenario.
fail() {
    printf 'FAILED: %s\n' "$*"
    exit 1
}

# expect DESCRIPTION EXPECTED ACTUAL
expect() {
    [[ "$2" == "$3" ]] && return
    printf 'FAILED: %s\n  expected: %s\n  seen: %s\n' "$1" "$2" "$3"
    exit 1
}

# expect_match DESCRIPTION REGEX ACTUAL
expect_match() {
    [[ "$3" =~ $2 ]] && return
    printf 'FAILED: %s\n  expected: something like %s\n  seen: %s\n' "$1" "$2" "$3"
    exit 1
}

# wait_for DESCRIPTION SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local description=$1 until=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS <= until)) || fail "$description: not so by its deadline; asked was: $*"
        sleep 0.1
    done
}

# shot DISPLAY NAME: a screenshot of gpu0, gpu1, ... into the scenario's results.
shot() {
    "$LAB_GUEST/ask" "$1" "$2" || fail "no screenshot of $1"
}

# host_state: what must be the same before and after, as sorted lines of text.
host_state() {
    "$LAB_GUEST/state"
}

# same_state BEFORE WHEN: the host's state is that of the text BEFORE. What comes behind a return by the kernel's, udev's or logind's own doing
# is waited for: a sound card (its driver reads the codecs after its probe), links in /dev, the last of a session that ends.
BEHIND='^[<>] (sound |node /dev/(dri|snd)/by-path/|sessions .* closing )'
same_state() {
    local now difference until=$((SECONDS + 60))
    until now=$(host_state) && difference=$(diff <(printf '%s\n' "$1") <(printf '%s\n' "$now")); do
        if ((SECONDS > until)) || grep '^[<>]' <<< "$difference" | grep -qvE "$BEHIND"; then
            printf 'FAILED: the host changed: %s\n%s\n' "$2" "$difference"
            exit 1
        fi
        sleep 0.2
    done
}

# driver_of ADDRESS
driver_of() {
    local link
    link=$(readlink "/sys/bus/pci/devices/$1/driver") || { printf 'none\n'; return; }
    printf '%s\n' "${link##*/}"
}

# group_of ADDRESS: its IOMMU group; group_members GROUP: the addresses in it.
group_of() {
    local link
    link=$(readlink "/sys/bus/pci/devices/$1/iommu_group") || { printf 'none\n'; return; }
    printf '%s\n' "${link##*/}"
}
group_members() {
    (cd "/sys/kernel/iommu_groups/$1/devices" && echo *)
}

# has_open NODE NAME: a process whose command's name begins with NAME has the node open.
has_open() {
    local process
    for process in /proc/[0-9]*; do
        [[ "$(< "$process/comm")" == "$2"* ]] 2>/dev/null || continue
        find "$process/fd" -lname "$1" 2>/dev/null | grep -q . && return 0
    done 2>/dev/null
    return 1
}

# find_sound ADDRESS KIND: the first node of a sound card (controlC, pcmC, hwC) into NODE; find_i2c ADDRESS: that of the adapter
# below a function.
find_sound() {
    NODE=$(cd "/sys/bus/pci/devices/$1/sound" && compgen -G "card*/$2*" | sort | head -1)
    [[ -n "$NODE" ]] || fail "$1 has no $2"
    NODE=/dev/snd/${NODE##*/}
}
find_i2c() {
    NODE=$(cd "/sys/bus/pci/devices/$1" && compgen -G "i2c-*/i2c-dev/i2c-*") || fail "$1 has no i2c adapter"
    NODE=/dev/${NODE##*/}
    wait_for "the node $NODE" 20 test -c "$NODE"
}

# sound_held: a sound server has the control node of the guest's sound card, which is NODE then.
sound_held() {
    compgen -G "/sys/bus/pci/devices/$AUDIO/sound/card*/controlC*" > /dev/null || return 1
    find_sound "$AUDIO" controlC
    has_open "$NODE" wireplumber || has_open "$NODE" pipewire
}

# hold WAY NODE [PAUSE]: a process holds the node as tests/lab/guest/hold says; HOLDER is its number. let_go: it is killed.
hold() {
    rm -f /tmp/held
    "$LAB_GUEST/hold" "$@" > /tmp/held &
    HOLDER=$!
    wait_for "the holder has $2" 20 test -s /tmp/held
}
let_go() {
    kill -9 "$HOLDER"
    wait "$HOLDER" 2>/dev/null || true
}

# show_tty1: that console is on the screen. VT_ACTIVATE, VT_WAITACTIVE: linux/vt.h.
show_tty1() {
    python3 -c 'import fcntl; tty = open("/dev/tty0"); fcntl.ioctl(tty, 0x5606, 1); fcntl.ioctl(tty, 0x5607, 1)'
}

# not_running NAME: no process's command has this name.
not_running() {
    ! pgrep -x "$1" > /dev/null
}

# our_processes: the hook, its workers and what else of ours runs; empty if none does.
our_processes() {
    ps -eo pid=,comm= | grep -E ' (engine|trial|stay-awake|gpu-handoff)$' || true
}

# nothing_left: no journal, and whoever removed the last one has ended.
nothing_left() { ! compgen -G '/run/gpu-handoff/*.journal' > /dev/null && [[ -z "$(our_processes)" ]]; }

# configure NAME [TEXT]: opts a domain in; without a text the file is empty.
configure() {
    mkdir -p "$CONFIGS"
    printf '%s' "${2:-}" > "$CONFIGS/$1.toml"
}

# define_domain NAME [managed=yes|no] [metadata=XML] [machine=pc|q35] [ADDRESS...]: default the functions GPU and AUDIO; '' is none.
# What win11's tiny guest says on its serial port goes to the file GUEST_SAYS.
define_domain() {
    local name=$1 managed=yes metadata='' machine=pc hostdevs='' disk bus
    shift
    while [[ "${1:-}" == *=* ]]; do
        case $1 in
            managed=*) managed=${1#*=} ;;
            metadata=*) metadata="<metadata>${1#*=}</metadata>" ;;
            machine=*) machine=${1#*=} ;;
            *) fail "define_domain: what is $1?" ;;
        esac
        shift
    done
    (($#)) || set -- "$GPU" "$AUDIO"
    disk=$(mktemp "/var/lib/libvirt/images/lab-XXXXXX.img")
    cp "$LAB_DISK" "$disk"
    [[ "$name" != win11 ]] || GUEST_SAYS=$disk.says
    hostdevs=$(hostdev_xml "$managed" "$@")
    if [[ "$machine" == q35 ]]; then bus=sata; else bus=ide; fi
    name=${name//&/'&amp;'}
    name=${name//</'&lt;'}
    virsh -q define /dev/stdin <<XML || fail "virsh define $name"
<domain type='qemu'>
  <name>$name</name>
  $metadata
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='$machine'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='$disk'/><target dev='hda' bus='$bus'/>
    </disk>
    <serial type='file'><source path='$disk.says'/></serial>
    <controller type='usb' model='none'/>
    <video><model type='none'/></video>
    <memballoon model='none'/>
    $hostdevs
  </devices>
</domain>
XML
}

# hostdev_xml MANAGED ADDRESS...: functions of one slot of the host stay functions of one slot of the guest.
hostdev_xml() {
    local managed=$1 address domain bus slot function last='' place=4 multi
    shift
    for address in "$@"; do
        [[ -n "$address" ]] || continue
        IFS=':.' read -r domain bus slot function <<< "$address"
        [[ "$domain:$bus:$slot" == "$last" ]] || ((++place))
        last=$domain:$bus:$slot
        multi=''
        ((function == 0)) && multi=" multifunction='on'"
        printf "<hostdev mode='subsystem' type='pci' managed='%s'><source>" "$managed"
        printf "<address domain='0x%s' bus='0x%s' slot='0x%s' function='0x%s'/></source>" \
            "$domain" "$bus" "$slot" "$function"
        # A function that comes without its function 0 has to be function 0 for the guest.
        [[ " $* " == *" $domain:$bus:$slot.0 "* ]] || function=0
        printf "<address type='pci' domain='0' bus='0' slot='0x%02x' function='0x%x'%s/></hostdev>\n" \
            "$place" "$function" "$multi"
    done
}

# start_ok NAME
start_ok() {
    local output
    output=$(virsh -q start "$1" 2>&1) || fail "virsh start $1: $output"
    expect "state of $1 after virsh start" running "$(virsh -q domstate "$1" | head -1)"
}

# guest_ready: win11's tiny guest has drawn on its GPU, if it has one, and listens to the power button (QEMU drops an earlier press).
guest_ready() {
    wait_for "the guest is ready: $(cat "$GUEST_SAYS")" 120 grep -q 'guest: ready' "$GUEST_SAYS"
}

# guest_shown DISPLAY NAME: a screenshot, once the tiny guest's picture is on that display.
guest_shown() {
    "$LAB_GUEST/ask" "$1" "$2" 60 101820 || fail "the guest is not on $1"
}

# start_refused NAME REGEX: refused by the hook with one short line that is in the log too, and nothing changed.
# The line is left in REFUSAL.
start_refused() {
    local before output cursor
    before=$(host_state)
    cursor=$(journal_cursor)
    if output=$(virsh -q start "$1" 2>&1); then
        fail "virsh start $1 was not refused"
    fi
    one_line "$cursor" "$output"
    expect_match "the refusal" "$2" "$REFUSAL"
    same_state "$before" "by the refused start of $1"
}
# one_line CURSOR OUTPUT: virsh's output has one short line of the hook, which is in the log since then too. It is left in REFUSAL.
one_line() {
    [[ "$2" == *'unexpected exit status '*': '* ]] || fail "not refused by the hook: $2"
    REFUSAL=${2##*unexpected exit status +([0-9]): }
    expect "lines of the refusal: $REFUSAL" 1 "$(printf '%s\n' "$REFUSAL" | wc -l)"
    expect_match "the refusal" "^gpu-handoff: " "$REFUSAL"
    ((${#REFUSAL} <= 200)) || fail "the refusal has ${#REFUSAL} characters: $REFUSAL"
    wait_for "the refusal is in the journal" 60 journal_has "$1" "$REFUSAL"
}
# start_refused_untouched NAME REGEX: the same before its first step, and nothing of ours is left.
start_refused_untouched() {
    local cursor
    cursor=$(journal_cursor)
    start_refused "$@"
    expect "steps before the refusal" "" "$(journal_since "$cursor" | grep ' -> ' || true)"
    expect "processes of ours" "" "$(our_processes)"
}
shopt -s extglob

# refused REGEX COMMAND...: the command refuses with exit code 1 and one line on stderr.
refused() {
    local output code=0
    output=$("${@:2}" 2>&1 > /dev/null) || code=$?
    expect "exit code of ${*:2}: $output" 1 "$code"
    expect "lines of the refusal: $output" 1 "$(printf '%s\n' "$output" | wc -l)"
    expect_match "the refusal" "$1" "$output"
}

# journal_cursor: now, in the journal; journal_since CURSOR: the product's messages since then.
journal_cursor() {
    journalctl --sync
    journalctl -b -n0 --show-cursor | sed -n 's/^-- cursor: //p'
}
journal_since() {
    journalctl --sync # a line that is still on its way would be missed
    # Not -t: journalctl 252 passes over the first entry it matches behind a cursor that it does not match.
    journalctl -b -o short --after-cursor="$1" | sed -n 's/^[^][]* gpu-handoff\[[0-9]*\]: //p'
}
# field JSON PYTHON: of a JSON document, here called d.
field() { python3 -c "import json, sys; d = json.loads(sys.argv[1]); print($2)" "$1"; }
# planned NAME: plan's steps in one text; logged CURSOR NAME: those that the log shows; remembered: those of the last event in the history.
planned() { field "$(gpu-handoff plan "$1" --json)" '"\n".join(s["text"] for s in d["steps"])'; }
logged() { journal_since "$1" | sed -n "s/^$2: \(.* -> .*\) ([0-9]* ms)\$/\1/p"; }
remembered() { field "$(gpu-handoff history --json)" '"\n".join(s["text"] for s in d["events"][-1]["steps"])'; }
journal_has() {
    journal_since "$1" | grep -qF -- "$2"
}

# destroy NAME: and wait for the hook's release, which comes before virsh returns.
destroy() {
    virsh -q destroy "$1" || fail "virsh destroy $1"
}

# end_domains: none runs and none is defined.
end_domains() {
    local name
    while read -r name; do
        [[ -n "$name" ]] || continue
        virsh -q destroy "$name" >/dev/null 2>&1
        virsh -q undefine "$name" >/dev/null 2>&1
    done < <(virsh -q list --all --name)
}

# clean_up: no domain, no configuration and no disk of ours is left. Runs when a scenario ends, however it does.
clean_up() {
    local code=$?
    end_domains
    rm -f "$CONFIGS"/* /var/lib/libvirt/images/lab-*.img*
    rm -rf /var/lib/gpu-handoff/backups
    exit "$code"
}
[[ -z "${SCENARIO:-}" ]] || trap clean_up EXIT

# hook_with OPERATION STRACE-OPTIONS...: libvirt's hook runs under strace for that operation; hook_plain: as installed again.
# With -D strace is no parent of the hook, which therefore still is libvirtd's child.
hook_with() {
    local operation=$1
    shift
    hook_script "[[ \$2 == $operation ]] || exec /usr/sbin/gpu-handoff-hook \"\$@\"
exec strace -D -qq $* /usr/sbin/gpu-handoff-hook \"\$@\""
}
hook_plain() {
    ln -sfn /usr/sbin/gpu-handoff-hook /etc/libvirt/hooks/qemu
}

# crash: libvirtd and the hook are killed while win11's start is about to unbind the GPU, its audio function being on vfio-pci; daemon_dies:
# libvirtd alone. half_done: nobody has given it back.
crash() { kill_half_way engine; }
daemon_dies() { kill_half_way; }
kill_half_way() {
    local daemon
    hook_with prepare -f -P /sys/bus/pci/drivers/bochs-drm/unbind -e trace=openat -e inject=openat:delay_enter=60s -o /dev/null
    daemon=$(pidof libvirtd)
    virsh -q start win11 > /tmp/start.out 2>&1 &
    wait_for "the handoff is half done" 60 half_done
    pgrep -x engine > /dev/null || fail "the hook has ended before it could be killed"
    kill -9 "$daemon" $(for name in "$@"; do pgrep -x "$name"; done)
    # What was forked behind that list: strace still holds it up.
    for name in "$@"; do wait_for "no $name is left" 60 none_left "$name"; done
    wait_for "libvirtd is gone" 60 not_alive "$daemon"
    # Whom strace leaves goes on.
    pkill -9 -x strace
    wait $! || true
    hook_plain
}
not_alive() { ! kill -0 "$1"; }
none_left() { ! pkill -9 -x "$1"; }
half_done() { compgen -G "/run/gpu-handoff/*.journal" > /dev/null && [[ $(driver_of "$AUDIO") == vfio-pci ]]; }
daemon_answers() { virsh -q list; }

# hook_blocks OPERATION: at that operation the hook writes its process id to /tmp/hook-blocks and waits to be killed.
hook_blocks() {
    rm -f /tmp/hook-blocks
    hook_script "[[ \$2 == $1 ]] || exec /usr/sbin/gpu-handoff-hook \"\$@\"
echo \$\$ > /tmp/hook-blocks.new
mv /tmp/hook-blocks.new /tmp/hook-blocks
exec sleep infinity"
}
hook_script() {
    rm -f /etc/libvirt/hooks/qemu
    printf '#!/bin/bash\n%s\n' "$1" > /etc/libvirt/hooks/qemu
    chmod 755 /etc/libvirt/hooks/qemu
}
