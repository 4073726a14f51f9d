#!/bin/bash
# topology: nvidia
# telling: no
# boot: shared
# deadline: 600
# Without the system's D-Bus or logind, or with a bus that does not answer, nobody tells whose a holder is: refused before anything is changed. One that
# falls silent in the middle costs what only it can give back. A GPU that nobody has open needs none.
. /run/lab/guest/lib.sh

bus_back() {
    local code=$?
    [[ ! -e /run/dbus/away ]] || mv /run/dbus/away /run/dbus/system_bus_socket
    kill -CONT "$bus"
    logind_back
    service
    systemctl stop ollama.service
    rm -f /run/systemd/system/ollama.service
    systemctl daemon-reload
    (exit "$code")
    clean_up
}
trap bus_back EXIT
logind_back() { systemctl --runtime --quiet unmask systemd-logind && systemctl start systemd-logind; }
bus=$(systemctl show --value -p MainPID dbus.service)
# service [LINE]: it has the GPU open.
service() {
    printf '[Service]\nExecStart=%s open /dev/nvidia0\n%s\n' "$LAB_GUEST/hold" "${1:-}" > /run/systemd/system/ollama.service
    systemctl daemon-reload
}

modprobe nvidia_drm modeset=1
configure win11 $'stop_units = ["ollama.service"]\ntimeout_s = 15'
define_domain win11
before=$(host_state)
service
systemctl start ollama.service
# has_gpu: the service has got as far as to open it; its process is pid.
has_gpu() {
    pid=$(systemctl show --value -p MainPID ollama.service)
    wait_for "ollama.service has the GPU open" 60 bash -c "find /proc/$pid/fd -lname /dev/nvidia0 | grep -q ."
}
has_gpu

step "no bus, and a service that the file allows to stop"
mv /run/dbus/system_bus_socket /run/dbus/away
start_refused win11 "^gpu-handoff: .*hold \(pid $pid, user root, ollama\.service\) has /dev/nvidia0 open, its owner is unknown \(system bus: /run/dbus/system_bus_socket is not there\); close it and start again"
step "refused: $REFUSAL"
expect "the service" "$pid" "$(pgrep -f 'guest/hold open')"

step "a bus without logind"
mv /run/dbus/away /run/dbus/system_bus_socket
systemctl --runtime --quiet mask --now systemd-logind
start_refused_untouched win11 "^gpu-handoff: .*hold \(pid $pid, user root, ollama\.service\) has /dev/nvidia0 open, its owner is unknown \(logind: is not on the system bus\); close it and start again"
step "refused: $REFUSAL"
logind_back
expect "the service" "$pid" "$(systemctl show --value -p MainPID ollama.service)"

step "a bus that takes every word and never says one"
mv /run/dbus/system_bus_socket /run/dbus/away
cursor=$(journal_cursor)
python3 -c 'import signal, socket
bus = socket.socket(socket.AF_UNIX)
bus.bind("/run/dbus/system_bus_socket")
bus.listen(100)
signal.pause()' &
mute=$!
wait_for "the mute bus" 60 test -S /run/dbus/system_bus_socket
output=$(virsh -q start win11 2>&1) && fail "the domain started"
kill $mute
mv /run/dbus/away /run/dbus/system_bus_socket
one_line "$cursor" "$output"
step "refused: $REFUSAL"
expect_match "the refusal" "^gpu-handoff: .*hold \(pid $pid, user root, ollama\.service\) has /dev/nvidia0 open, its owner is unknown \(system bus: .*\); close it and start again" "$REFUSAL"
expect "steps before the refusal" "" "$(journal_since "$cursor" | grep ' -> ' || true)"
expect "the service" "$pid" "$(systemctl show --value -p MainPID ollama.service)"

step "a bus that falls silent when it has passed on that the service is to stop"
service "ExecStop=/bin/kill -STOP $bus"
cursor=$(journal_cursor)
output=$(virsh -q start win11 2>&1) && fail "the domain started"
kill -CONT "$bus"
service
one_line "$cursor" "$output"
step "refused: $REFUSAL"
expect_match "the refusal" "^gpu-handoff: (systemd: does not answer on the system bus|ollama\.service: does not stop in time).*; not all given back, run gpu-handoff recover$" "$REFUSAL"
expect "driver and override of the GPU" "nvidia (null)" "$(driver_of "$GPU") $(< /sys/bus/pci/devices/"$GPU"/driver_override)"
expect "the service" inactive "$(systemctl is-active ollama.service || true)"
cursor=$(journal_cursor)
gpu-handoff recover win11 || fail "gpu-handoff recover"
expect "what recover had to give back" "unit ollama.service: inactive -> active" "$(journal_since "$cursor" | sed -n 's/^win11: \(.* -> .*\)/\1/p')"
expect "the service after recover" active "$(systemctl is-active ollama.service)"
has_gpu # else it opens it behind the first look, and the start is refused

step "with the bus"
start_ok win11
destroy win11
expect "the service after it" active "$(systemctl is-active ollama.service)"
systemctl stop ollama.service
same_state "$before" "by a cycle with a service"
