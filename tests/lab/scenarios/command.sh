#!/bin/bash
# topology: dual
# telling: no
# boot: own
# deadline: 1200
# What a person asks before, during and after a handoff: list, plan, status and history, as root and as a normal user, without libvirt,
# with a damaged history, in 40 columns, and into a closed pipe. What plan says is what the log then shows.
. /run/lab/guest/lib.sh

history=/var/lib/gpu-handoff/history
as_user() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
# flat: the text on one line, since a terminal's width breaks it anywhere.
flat() { tr -s '\n ' ' '; }
# narrow COMMAND...: what it prints on a terminal of 40 columns.
narrow() {
    python3 - "$@" <<'PYTHON'
import fcntl, os, pty, struct, subprocess, sys, termios
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 40, 0, 0))
process = subprocess.Popen(sys.argv[1:], stdout=slave)
os.close(slave)
text = b""
try:
    while part := os.read(master, 4096):
        text += part
except OSError:
    pass
process.wait()
sys.stdout.write(text.decode().replace("\r\n", "\n"))
PYTHON
}
into_closed_pipe() {
    python3 -c 'import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.run(sys.argv[1:], stdout=writer).returncode)' "$@"
}
fits() {
    local text
    text=$(narrow env NO_COLOR=1 "$@")
    [[ -n "$text" ]] || fail "$*: nothing in 40 columns"
    expect "lines of $* that are longer than 40 columns" "" "$(printf '%s\n' "$text" | LC_ALL=C.UTF-8 grep -E '.{41}')"
}

rm -f "$history"
configure win11
define_domain win11
define_domain stranger
before=$(host_state)

step "before: list"
list=$(gpu-handoff list) || fail "gpu-handoff list"
printf '%s\n' "$list"
expect_match "list" "$GPU " "$list"
expect_match "list" "$HOST_GPU " "$list"
json=$(gpu-handoff list --json)
gpu() { field "$json" "[g for g in d['gpus'] if g['address'] == '$GPU'][0]$1"; }
expect "GPUs" "$HOST_GPU $GPU" "$(field "$json" "' '.join(g['address'] for g in d['gpus'])")"
expect "driver" "$(driver_of "$GPU")" "$(gpu "['driver']")"
expect "group" "$(group_of "$GPU")" "$(gpu "['iommu_group']")"
expect "functions" "$GPU $AUDIO" "$(field "$json" "' '.join(f['address'] for f in [g for g in d['gpus'] if g['address'] == '$GPU'][0]['functions'])")"
expect "verdict" live "$(gpu "['verdict']")"
expect "set up for" "stranger False False, win11 False True" "$(field "$json" "', '.join(f\"{s['domain']} {s['running']} {s['has_file']}\" for s in [g for g in d['gpus'] if g['address'] == '$GPU'][0]['set_up_for'])")"
expect "complete" True "$(field "$json" "d['complete']")"

step "a process on the card: list names it, and its verdict is the start's refusal"
hold open "/dev/dri/$(cd "/sys/bus/pci/devices/$GPU/drm" && echo card*)"
json=$(gpu-handoff list --json)
expect "holder" "$HOLDER" "$(gpu "['holders'][0]['pid']")"
expect "verdict" no "$(gpu "['verdict']")"
plan=$(gpu-handoff plan win11) && fail "plan with a busy card: exit code 0"
expect_match "plan" "hold \(pid $HOLDER, user root" "$plan"
start_refused win11 "hold \(pid $HOLDER, user root"
expect "what plan refuses with" "${REFUSAL#gpu-handoff: }" "$(field "$(gpu-handoff plan win11 --json)" "d['refusal']")"
let_go
expect "the history of it" "refused ${REFUSAL#gpu-handoff: }" \
    "$(field "$(gpu-handoff history win11 --json)" "d['events'][-1]['outcome'] + ' ' + d['events'][-1]['error']")"

step "plan: nothing is touched"
touched=$(host_state)
plan=$(gpu-handoff plan win11) || fail "gpu-handoff plan: $plan"
printf '%s\n' "$plan"
same_state "$touched" "by plan"
expect "journals after plan" "" "$(ls /run/gpu-handoff 2> /dev/null)"
steps=$(planned win11)
expect_match "plan by uuid" "driver $GPU: bochs-drm -> vfio-pci" "$(gpu-handoff plan "$(virsh domuuid win11 | head -1)")"
expect_match "plan of a domain without a file" "leaves its starts alone" "$(gpu-handoff plan stranger | flat)"
refused "^gpu-handoff: domain win12: libvirt knows none of that name; did you mean win11\?" gpu-handoff plan win12

step "during: what plan said is what the log shows; status, list and plan know who has the card"
cursor=$(journal_cursor)
start_ok win11
wait_for "the outcome is in the log" 60 journal_has "$cursor" "win11: handed over in"
expect "plan's steps" "$(logged "$cursor" win11)" "$steps"
status=$(gpu-handoff status) || fail "gpu-handoff status: $status"
printf '%s\n' "$status"
expect_match "status" "with domain win11 since 20" "$status"
expect_match "status" "with the host \(driver bochs-drm\)" "$status"
json=$(gpu-handoff list --json)
expect "the domain that has it" "win11" "$(gpu "['handed_over']['domain']")"
expect_match "list's reason" "already handed over to domain win11" "$(gpu "['reason']")"
plan=$(gpu-handoff plan win11) && fail "plan of a running domain: exit code 0"
expect_match "plan of a running domain" "runs already" "$plan"
configure stranger
plan=$(gpu-handoff plan stranger) && fail "plan of a second domain: exit code 0"
expect_match "plan of a second domain" "already handed over to domain win11" "$(echo "$plan" | flat)"
expect "the handoff in the history" "handed over" "$(field "$(gpu-handoff history --json)" "d['events'][-1]['outcome']")"
expect "its steps" "$steps" "$(field "$(gpu-handoff history --json)" "'\n'.join(s['text'] for s in d['events'][-1]['steps'])")"

step "as a normal user"
status=$(as_user gpu-handoff status) || fail "status as a user: $status"
expect_match "status as a user" "with a domain" "$status"
expect_match "status as a user" "Only root sees" "$status"
list=$(as_user gpu-handoff list) || fail "list as a user: $list"
expect_match "list as a user" "$GPU .*IOMMU group" "$(echo "$list" | flat)"
expect_match "list as a user" "Only root sees" "$list"
expect "complete" False "$(field "$(as_user gpu-handoff list --json)" "d['complete']")"
plan=$(as_user gpu-handoff plan stranger) || fail "plan as a user: $plan"
expect_match "plan as a user" "Only root sees" "$(echo "$plan" | flat)"
refused "^gpu-handoff: history: needs root; run it with sudo" as_user gpu-handoff history
expect "mode of the history" "600 root" "$(stat -c '%a %U' "$history")"

step "a handoff under way, and one that was left behind"
exec 9<> /run/gpu-handoff.lock
flock 9
expect_match "status while the lock is held" "under way: " "$(gpu-handoff status | flat)"
exec 9>&-
destroy win11
systemctl mask --runtime --now gpu-handoff-recover.service > /dev/null 2>&1
crash
wait_for "libvirtd is back" 60 daemon_answers
status=$(gpu-handoff status) && fail "status with something left behind: exit code 0"
expect_match "status" "left behind by domain win11" "$status"
expect_match "status" "gpu-handoff recover win11" "$(echo "$status" | flat)"
expect_match "plan" "First it would give back what a handoff to win11 left behind" "$(gpu-handoff plan win11 | flat)"
compgen -G '/run/gpu-handoff/*.journal' > /dev/null || fail "plan or status gave the card back"
gpu-handoff recover > /dev/null || fail "gpu-handoff recover"
systemctl unmask --runtime gpu-handoff-recover.service > /dev/null 2>&1
expect "the return in the history" "win11 recovered" "$(field "$(gpu-handoff history --json)" "d['events'][-1]['domain'] + ' ' + d['events'][-1]['outcome']")"
gpu-handoff status > /dev/null || fail "status after recover"
same_state "$before" "by a handoff that was left behind"

step "after: the history, also with a torn line in it"
start_ok win11
destroy win11
text=$(gpu-handoff history win11) || fail "gpu-handoff history"
printf '%s\n' "$text"
expect_match "history" "win11: given back in [0-9]+ ms" "$text"
expect_match "history" "(=|█)+ .* ms driver $GPU: vfio-pci -> bochs-drm" "$text"
count=$(field "$(gpu-handoff history --json)" "len(d['events'])")
printf '1\t1700000000000000\t12\thanded over\ttorn\tuu' >> "$history"
expect "events beside a torn line" "$count" "$(field "$(gpu-handoff history --json)" "len(d['events'])")"
start_ok win11
destroy win11
expect "events after it" $((count + 2)) "$(field "$(gpu-handoff history --json)" "len(d['events'])")"
refused "^gpu-handoff: domain win12: the history has no handoff of that name; did you mean win11\?" gpu-handoff history win12
mv "$history" "$history.aside"
mkdir "$history"
start_ok win11
destroy win11
rmdir "$history"
mv "$history.aside" "$history"

step "40 columns, and a closed pipe"
fits gpu-handoff list
fits gpu-handoff status
fits gpu-handoff plan win11
fits gpu-handoff history
for command in list status "plan win11" history "list --json"; do
    code=0
    into_closed_pipe gpu-handoff $command 2> /tmp/closed || code=$?
    expect "exit code of $command into a closed pipe" 1 "$code"
    expect "lines of $command into a closed pipe: $(cat /tmp/closed)" 1 "$(wc -l < /tmp/closed)"
done

step "wrong usage, and without libvirt"
for words in "" "plan" "lists" "list --no-such-option"; do
    code=0
    gpu-handoff $words > /dev/null 2>&1 || code=$?
    expect "exit code of gpu-handoff $words" 2 "$code"
done
systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service > /dev/null 2>&1
list=$(gpu-handoff list) || fail "list without libvirt: $list"
expect_match "list without libvirt" "$GPU " "$list"
expect_match "list without libvirt" "No domains: libvirt: " "$list"
refused "^gpu-handoff: libvirt: " gpu-handoff plan win11
gpu-handoff status > /dev/null || fail "status without libvirt"
gpu-handoff history > /dev/null || fail "history without libvirt"
systemctl start libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
wait_for "libvirtd is back" 60 daemon_answers
same_state "$before" "by looking"
