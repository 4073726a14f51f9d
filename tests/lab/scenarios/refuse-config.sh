#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 300
# A file that is not understood or not safe refuses the start, names the file, the line and the key, and changes nothing.
. /run/lab/guest/lib.sh

file=$CONFIGS/win11.toml
define_domain win11
step "unknown key"
configure win11 $'# a comment\nunlode = "never"\n'
start_refused win11 "win11\.toml:2: unlode: "
step "wrong type"
configure win11 'timeout_s = "soon"'
start_refused win11 "win11\.toml:1: timeout_s: "
step "wrong value"
configure win11 'unload = "perhaps"'
start_refused win11 "win11\.toml:1: unload: "
step "no TOML"
configure win11 $'devices = [\n'
start_refused win11 "win11\.toml:[0-9]+: "
step "writable by others"
configure win11
chmod 666 "$file"
start_refused win11 "win11\.toml: "
step "not root's"
chmod 644 "$file"
chown nobody "$file"
start_refused win11 "win11\.toml: "
step "a directory"
rm -f "$file"
mkdir "$file"
start_refused win11 "win11\.toml: "
rmdir "$file"
step "the defaults' file"
configure win11
echo 'colour = "red"' > /etc/gpu-handoff/gpu-handoff.toml.new
mv /etc/gpu-handoff/gpu-handoff.toml /tmp/defaults.toml 2>/dev/null || true
mv /etc/gpu-handoff/gpu-handoff.toml.new /etc/gpu-handoff/gpu-handoff.toml
start_refused win11 "gpu-handoff\.toml:1: colour: "
rm /etc/gpu-handoff/gpu-handoff.toml
mv /tmp/defaults.toml /etc/gpu-handoff/gpu-handoff.toml 2>/dev/null || true
step "a device that is not there"
configure win11 'devices = ["0000:77:00.0"]'
start_refused win11 "0000:77:00.0: there is no such PCI device"
configure win11
virsh -q undefine win11
define_domain win11 "$GPU" 0000:77:00.0
start_refused win11 "0000:77:00.0: there is no such PCI device"
