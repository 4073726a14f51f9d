#!/bin/bash
# topology: nvidia
# telling: no
# boot: shared
# deadline: 900
# Services on the GPU: a known helper and one that the file names are stopped and come back; without that line the start is refused with it;
# a service that does not end is refused at the deadline. A single process is ended only where the file says so.
. /run/lab/guest/lib.sh

modprobe nvidia_drm modeset=1

# service NAME WAY [SECONDS]: a running service that has /dev/nvidia0 open, and may take that long to end.
service() {
    cat > "/run/systemd/system/$1" <<UNIT
[Service]
ExecStart=$LAB_GUEST/hold $2 /dev/nvidia0
TimeoutStopSec=${3:-60}
UNIT
    systemctl daemon-reload
    systemctl start "$1"
    in_use "$1"
}
in_use() { wait_for "$1 has the GPU open" 120 has_open_now "$1"; }
has_open_now() { find "/proc/$(systemctl show --value -p MainPID "$1")/fd" -lname /dev/nvidia0 | grep -q .; }
# of_nobody: the holder belongs to no unit any more, as a program that a person has started.
of_nobody() { echo "$HOLDER" > /sys/fs/cgroup/cgroup.procs; }
state_of() { systemctl show --value -p ActiveState "$1"; }
remove_services() {
    local unit
    for unit in nvidia-persistenced.service ollama.service; do
        systemctl kill -s KILL $unit 2> /dev/null
        systemctl stop $unit 2> /dev/null
        rm -f /run/systemd/system/$unit
    done
    systemctl daemon-reload
    systemctl reset-failed
}
services_clean_up() {
    local code=$?
    remove_services
    (exit "$code")
    clean_up
}
trap services_clean_up EXIT

configure win11 'timeout_s = 60'
define_domain win11
before=$(host_state)

step "a service that nobody allowed us to stop: refused with the line that would"
service nvidia-persistenced.service open
service ollama.service open
pid=$(systemctl show --value -p MainPID ollama.service)
start_refused_untouched win11 "^gpu-handoff: .*hold \(pid $pid, user root, ollama\.service\) has /dev/nvidia0 open; .*stop_units = \[\"ollama\.service\"\]"
expect "its process" "$pid" "$(systemctl show --value -p MainPID ollama.service)"
expect "the known helper" active "$(state_of nvidia-persistenced.service)"

step "with that line: it and the known helper are stopped and come back"
configure win11 $'stop_units = ["ollama.service"]\ntimeout_s = 60\n'
start_ok win11
expect "the helper while the domain runs" inactive "$(state_of nvidia-persistenced.service)"
expect "ollama.service while the domain runs" inactive "$(state_of ollama.service)"
destroy win11
in_use nvidia-persistenced.service
in_use ollama.service
same_state "$before" "by a cycle with services"
remove_services

step "a service that cannot be started again: the card is back, and the next start is not refused for it; once it can, it is"
service nvidia-persistenced.service open
start_ok win11
mv /run/systemd/system/nvidia-persistenced.service /tmp
systemctl daemon-reload
cursor=$(journal_cursor)
destroy win11
wait_for "the log says so" 120 journal_has "$cursor" "nvidia-persistenced.service: there is no such unit"
expect "driver of the GPU" nvidia "$(driver_of "$GPU")"
start_ok win11
expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
mv /tmp/nvidia-persistenced.service /run/systemd/system
systemctl daemon-reload
destroy win11
in_use nvidia-persistenced.service
expect "journals left" '' "$(ls /run/gpu-handoff)"
remove_services
same_state "$before" "by a service that came back late"

step "a service that does not end: refused at the deadline, and started again"
configure win11 $'stop_units = ["ollama.service"]\ntimeout_s = 20\n'
service ollama.service firmly 30
SECONDS=0
start_refused win11 "^gpu-handoff: ollama\.service: .*stop-sigterm"
step "refused after $SECONDS s: $REFUSAL"
in_use ollama.service
remove_services

step "single processes: refused"
service nvidia-persistenced.service open
systemctl stop nvidia-persistenced.service
configure win11 'on_busy = "refuse"'
hold open /dev/nvidia0
of_nobody
polite=$HOLDER
start_refused_untouched win11 "^gpu-handoff: .*hold \(pid $polite, user root\) has /dev/nvidia0 open; close it and start again"
kill -0 "$polite" || fail "the process was ended although the start was refused"
expect "state of the process" S "$(ps -o state= -p "$polite")"
step "on_busy = terminate: one ends by itself, the other ignores that and is killed"
hold firmly /dev/nvidia0
of_nobody
configure win11 $'on_busy = "terminate"\ntimeout_s = 60\n'
start_ok win11
wait "$polite"
expect "how the first ended" 143 $?
wait "$HOLDER"
expect "how the second ended" 137 $?
destroy win11
expect "the helper that was not running" inactive "$(state_of nvidia-persistenced.service)"
same_state "$before" "by processes that were ended"
