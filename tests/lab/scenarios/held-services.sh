#!/bin/bash
# topology: nvidia
# telling: yes
# boot: shared
# deadline: 600
# Services on the GPU: a known helper is stopped and comes back; another one is refused with the line that would allow it, and stopped and
# back with that line; one that does not end is refused at the deadline. A single process is ended only where the file says so.
. /run/lab/guest/lib.sh

modprobe nvidia_drm modeset=1

# service NAME WAY: a running service that has /dev/nvidia0 open.
service() {
    cat > "/run/systemd/system/$1" <<UNIT
[Service]
ExecStart=$LAB_GUEST/hold $2 /dev/nvidia0
TimeoutStopSec=${3:-20}
UNIT
    systemctl daemon-reload
    systemctl start "$1"
    in_use "$1"
}
in_use() { wait_for "$1 has the GPU open" 30 has_open_now "$1"; }
has_open_now() { find "/proc/$(systemctl show --value -p MainPID "$1")/fd" -lname /dev/nvidia0 | grep -q .; }
remove_service() {
    systemctl kill -s KILL "$1" 2>/dev/null
    systemctl stop "$1"
    rm "/run/systemd/system/$1"
    systemctl daemon-reload
    systemctl reset-failed "$1" 2>/dev/null || true
}
state_of() { systemctl show --value -p ActiveState "$1"; }

configure win11
define_domain win11
before=$(host_state)

step "a known helper: stopped and back"
service nvidia-persistenced.service open
start_ok win11
expect "the helper while the domain runs" inactive "$(state_of nvidia-persistenced.service)"
destroy win11
in_use nvidia-persistenced.service
same_state "$before" "by a cycle with a known helper"
step "the helper is not running: it stays so"
systemctl stop nvidia-persistenced.service
start_ok win11
destroy win11
expect "the helper that was not running" inactive "$(state_of nvidia-persistenced.service)"
remove_service nvidia-persistenced.service

step "an unknown service: refused with the line that would allow it"
service ollama.service open
pid=$(systemctl show --value -p MainPID ollama.service)
start_refused win11 "^gpu-handoff: .*ollama\.service.*stop_units = \[\"ollama\.service\"\]"
expect "its process" "$pid" "$(systemctl show --value -p MainPID ollama.service)"
step "with that line: stopped and back"
configure win11 'stop_units = ["ollama.service"]'
start_ok win11
expect "ollama.service while the domain runs" inactive "$(state_of ollama.service)"
destroy win11
in_use ollama.service
same_state "$before" "by a cycle with a service that the file names"
remove_service ollama.service

step "a service that does not end: refused at the deadline, and started again"
configure win11 $'stop_units = ["ollama.service"]\ntimeout_s = 15\n'
service ollama.service firmly 40
SECONDS=0
start_refused win11 "^gpu-handoff: ollama\.service: .*stop-sigterm"
step "refused after $SECONDS s: $REFUSAL"
systemctl kill -s KILL ollama.service
in_use ollama.service
remove_service ollama.service

configure win11
step "a single process: refused"
hold firmly /dev/nvidia0
start_refused win11 "^gpu-handoff: .*hold \(pid $HOLDER, user root.*\) has /dev/nvidia0 open"
step "on_busy = terminate: it ignores SIGTERM and is killed"
configure win11 'on_busy = "terminate"'
start_ok win11
wait "$HOLDER"
expect "how the process ended" 137 $?
destroy win11
step "on_busy = terminate: it ends by itself"
hold open /dev/nvidia0
start_ok win11
wait "$HOLDER"
expect "how the process ended" 143 $?
destroy win11
same_state "$before" "by processes that were ended"
