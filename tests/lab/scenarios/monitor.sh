#!/bin/bash
# topology: amd
# telling: no
# boot: shared
# deadline: 1800
# The screen that is wired to both cards shows the guest while the domain runs, and the host again when it ended, whichever way. Whatever is
# wrong with it costs a line in the log and nothing else.
. /run/lab/guest/lib.sh

modprobe amdgpu
modprobe monitor parent="$HOST_GPU,$GPU"
screen=/sys/module/monitor/parameters
library=$(ldconfig -p | sed -n 's/.*libddcutil\.so\.[0-9]* .*=> //p')
hidden=$library.hidden
after() {
    local code=$?
    [[ ! -e "$hidden" ]] || mv "$hidden" "$library"
    hook_plain
    end_domains
    echo 0 > /sys/module/amdgpu/parameters/fail_probe
    modprobe -r i2c-dev monitor
    (exit $code)
    clean_up
}
trap after EXIT

# expect_input WHEN NUMBER: 15 is dp-1, 17 hdmi-1.
expect_input() { expect "the input $1" "$2" "$(< $screen/input)"; }
# says CURSOR REGEX: one line of ours, and no other warning.
says() {
    wait_for "a line like $2: $(journal_since "$1")" 60 journal_like "$1" "$2"
    expect "lines about the monitor" 1 "$(journal_since "$1" | grep -c 'win11: monitor')"
}
journal_like() { journal_since "$1" | grep -qE -- "$2"; }

no_i2c_dev() { ! grep -q ^i2c_dev /proc/modules; }

configure win11 'monitor = { guest = "hdmi-1" }'
define_domain win11
before=$(host_state)
step "there and back, as it was"
cursor=$(journal_cursor)
start_ok win11
expect_input "while the domain runs" 17
says "$cursor" 'win11: monitor STANDIN 27 LAB0001: dp-1 -> hdmi-1$'
wait_for "i2c-dev is gone while the domain runs" 20 no_i2c_dev
cursor=$(journal_cursor)
destroy win11
expect_input "when it ended" 15
says "$cursor" 'win11: monitor STANDIN 27 LAB0001: -> dp-1$'
expect "the cable that was used, of two by which it answers" 0 "$(< $screen/set_by)"
echo -1 > $screen/set_by
wait_for "i2c-dev is gone" 20 no_i2c_dev # its worker may be late
same_state "$before" "by a cycle"

step "it answers only by the cable to the input that it shows"
start_ok win11
echo 0 > $screen/mute
destroy win11
echo -1 > $screen/mute
expect_input "when it ended" 15
expect "the cable that was used" 1 "$(< $screen/set_by)"

step "the card does not come back: the screen does, once"
configure win11 $'monitor = { guest = "hdmi-1" }\nunload = "never"'
start_ok win11
echo 1 > /sys/module/amdgpu/parameters/fail_probe
destroy win11
expect "driver of the GPU" none "$(driver_of "$GPU")"
expect_input "when it ended" 15
echo 17 > $screen/input
echo 0 > /sys/module/amdgpu/parameters/fail_probe
gpu-handoff recover win11
expect "driver of the GPU after recover" amdgpu "$(driver_of "$GPU")"
expect_input "after recover" 17
cursor=$(journal_cursor)
step "it shows the guest's input before the start"
start_ok win11
says "$cursor" 'win11: monitor STANDIN 27 LAB0001: shows hdmi-1 already, and is left alone; write the host.s input$'
destroy win11
expect_input "when it ended" 17
echo 15 > $screen/input

step "by name, with inputs of its own"
configure win11 'monitor = [{ name = "STANDIN 27", serial = "LAB0001", guest = 0x1b, host = 0x19 }]'
start_ok win11
expect_input "while the domain runs" 27
step "the return does not come: recover switches back"
hook_script '[[ $2 == release ]] || exec /usr/sbin/gpu-handoff-hook "$@"'
destroy win11
hook_plain
expect_input "without a return" 27
gpu-handoff recover win11
expect_input "after recover" 25
expect "driver of the GPU" amdgpu "$(driver_of "$GPU")"

# goes_on TEXT REGEX: the start goes on with the input as it was, and one line.
goes_on() {
    configure win11 "$1"
    echo 15 > $screen/input
    cursor=$(journal_cursor)
    start_ok win11
    expect_input "while the domain runs" 15
    says "$cursor" "$2"
    destroy win11
    expect "driver of the GPU" amdgpu "$(driver_of "$GPU")"
}

step "another screen"
goes_on 'monitor = { name = "DELL U2720Q", guest = "hdmi-1" }' \
    'win11: monitor DELL U2720Q: is not among the host.s screens; write one of their names: STANDIN 27 LAB0001$'
step "it does not answer"
echo 1 > $screen/silent
goes_on 'monitor = { guest = "hdmi-1" }' 'win11: monitor: does not answer over DDC/CI; turn DDC/CI on'
echo 0 > $screen/silent
step "it holds the bus"
echo 15000 > $screen/slow
goes_on 'monitor = { guest = "hdmi-1" }' 'win11: monitor: the screens did not all answer over DDC/CI in time$'
echo 0 > $screen/slow
wait_for "the process that asked has ended" 60 modprobe -r i2c-dev
step "no libddcutil"
mv "$library" "$hidden"
goes_on 'monitor = { guest = "hdmi-1" }' 'win11: monitor: not switched: libddcutil.so.[0-9]: cannot be loaded; install the package that has it, or run install/install again$'
mv "$hidden" "$library"
step "a file that became wrong meanwhile"
configure win11 'monitor = { guest = "hdmi-1" }'
hook_script '[[ $2 != started ]] || echo "monitor = 3" > /etc/gpu-handoff/domains/win11.toml
exec /usr/sbin/gpu-handoff-hook "$@"'
start_ok win11
hook_plain
expect_input "while the domain runs" 15
destroy win11
wait_for "the sound card is back" 60 test -e "/dev/snd/by-path/pci-$AUDIO"

step "a key that is wrong from the start"
configure win11 'monitor = { guest = "hdmi-3" }'
start_refused win11 '^gpu-handoff: /etc/gpu-handoff/domains/win11.toml:1: monitor.guest: is no input'
