#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 900
# While a domain has a GPU the host does not sleep: logind lists who wants that and why, until the GPU is back, however it
# comes back. A start does not depend on it.
. /run/lab/guest/lib.sh

inhibitors() { COLUMNS=300 systemd-inhibit --list --no-legend --no-pager; }
is_listed() { inhibitors | grep -q "gpu-handoff.*sleep:handle-lid-switch.*domain win11 has a graphics card.*block"; }
not_listed() { ! inhibitors | grep -q gpu-handoff; }
blocked() { busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager BlockInhibited; }
may_not_suspend() {
    local output
    output=$(systemctl suspend --check-inhibitors=yes 2>&1) && fail "systemctl suspend was not refused"
    expect_match "what systemctl suspend says" "gpu-handoff" "$output"
}

configure win11
define_domain win11
before=$(host_state)
uuid=$(virsh -q domuuid win11)
unit=gpu-handoff-awake@$uuid.service
not_listed || fail "inhibited before: $(inhibitors)"

step "while the domain runs"
start_ok win11
wait_for "the inhibitor is there" 60 is_listed
expect_match "what logind blocks" "sleep" "$(blocked)"
expect_match "what logind blocks" "handle-lid-switch" "$(blocked)"
[[ ! "$(blocked)" =~ shutdown|power-key|reboot-key|suspend-key ]] || fail "the host cannot be shut down either: $(blocked)"
may_not_suspend

step "logind restarts, and the process is killed: it is there again"
systemctl restart systemd-logind
wait_for "the inhibitor is there after a restart of logind" 60 is_listed
first=$(systemctl show -P MainPID "$unit")
kill -9 "$first"
# The list is asked last: it may still have the inhibitor of the one that was killed.
another_process() {
    local now
    now=$(systemctl show -P MainPID "$unit")
    [[ "$now" != 0 && "$now" != "$first" ]] && is_listed
}
wait_for "the inhibitor is there after its process was killed" 60 another_process
may_not_suspend

step "after its end"
destroy win11
wait_for "the inhibitor is gone" 60 not_listed
wait_for "its process is gone" 60 not_running stay-awake
same_state "$before" "by a domain that kept the host awake"

step "the domain starts again; the hook of the return is killed: it stays until recover"
start_ok win11
wait_for "the inhibitor is there" 60 is_listed
hook_with release -e trace=flock -e inject=flock:signal=KILL:when=1 -o /dev/null
destroy win11
hook_plain
is_listed || fail "the GPU is not back, and the host may sleep: $(inhibitors)"
gpu-handoff recover || fail "gpu-handoff recover"
wait_for "the inhibitor is gone" 60 not_listed
same_state "$before" "by a return that was killed, and recover"

step "the unit is masked: the domain starts all the same, and the log says so"
systemctl --runtime mask gpu-handoff-awake@.service
cursor=$(journal_cursor)
start_ok win11
wait_for "the log says so" 60 journal_has "$cursor" "win11: nothing keeps the host from sleeping"
not_listed || fail "inhibited although the unit is masked: $(inhibitors)"
destroy win11
systemctl --runtime unmask gpu-handoff-awake@.service
same_state "$before" "by a domain that could not keep the host awake"
