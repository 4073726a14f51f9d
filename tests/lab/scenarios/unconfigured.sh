#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 200
# A domain without a file is none of our business, whatever is in its XML; with our mark and without a file it is refused.
. /run/lab/guest/lib.sh

define_domain stranger
before=$(host_state)
cursor=$(journal_cursor)
step "the hook alone, with a GPU in the XML"
virsh dumpxml stranger > /tmp/stranger.xml
for operation in prepare start started stopped release reconnect migrate restore attach; do
    output=$(/etc/libvirt/hooks/qemu stranger $operation begin - < /tmp/stranger.xml 2>&1) ||
        fail "the hook's $operation refused a domain without a file"
    expect "output of the hook's $operation" "" "$output"
    same_state "$before" "by the hook's $operation"
done
expect "log lines of ours" "" "$(journal_since "$cursor")"

step "a whole life of a domain without a GPU"
virsh -q undefine stranger
define_domain plain ''
start_ok plain
destroy plain
same_state "$before" "by a domain without a file"
expect "log lines of ours" "" "$(journal_since "$cursor")"

step "a whole life beside a domain that has a card: the engine is not asked"
configure win11
define_domain win11
start_ok win11
mv /usr/libexec/gpu-handoff/engine /usr/libexec/gpu-handoff/engine.away
virsh -q start plain && virsh -q destroy plain
code=$?
mv /usr/libexec/gpu-handoff/engine.away /usr/libexec/gpu-handoff/engine
expect "exit code of its start and end" 0 "$code"
expect "what was said of the engine" "" "$(journal_since "$cursor" | grep 'cannot be run')"
expect "driver of the GPU" vfio-pci "$(driver_of "$GPU")"
destroy win11
same_state "$before" "by a stranger beside win11"

step "with our mark"
define_domain cloned metadata="<h:domain xmlns:h='urn:gpu-handoff:domain:1'/>"
start_refused cloned "cloned: set up for a handoff, but it has no file"
