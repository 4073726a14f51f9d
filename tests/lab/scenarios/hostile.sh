#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 500
# The hook with hostile input: never a crash, never a word on stdout, never a path built from a name.
. /run/lab/guest/lib.sh

hook=/etc/libvirt/hooks/qemu
before=$(host_state)
long=$(printf 'x%.0s' {1..200})
names=('a name' "it's" '"quoted"' '-rf' '--help' $'two\nlines' 'Grüße-虚拟机' "$long" '..' '.' '' '../../etc/passwd' '/etc/passwd' '$(reboot)' '*')

# call CODES NAME OPERATION FILE: the hook ends with one of the codes, says nothing on stdout, and at most one line on stderr.
call() {
    local code=0
    "$hook" "$2" "$3" begin - < "$4" > /tmp/out 2> /tmp/err || code=$?
    [[ " $1 " == *" $code "* ]] || fail "hook '$2' $3 with $4: exit code $code, $(cat /tmp/err)"
    expect "stdout of hook '$2' $3 with $4" "" "$(cat /tmp/out)"
    (($(wc -l < /tmp/err) <= 1)) || fail "hook '$2' $3 with $4: more than a line: $(cat /tmp/err)"
    ((code == 0)) || expect_match "stderr of hook '$2' $3 with $4" "^gpu-handoff: " "$(cat /tmp/err)"
    (($(wc -c < /tmp/err) <= 201)) || fail "hook '$2' $3 with $4: a long line: $(cat /tmp/err)"
}

: > /tmp/empty
printf '<domain><name>x' > /tmp/truncated
printf 'no XML at all & <' > /tmp/text
head -c 10000000 /dev/urandom > /tmp/huge
{ printf '<domain><name>'; head -c 10000000 /dev/zero | tr '\0' a; } > /tmp/huge-xml
step "unconfigured domains: nothing, whatever comes"
for name in "${names[@]}"; do
    for operation in prepare start release; do
        call 0 "$name" $operation /tmp/empty
    done
done
for input in truncated text huge huge-xml; do
    call 0 stranger prepare /tmp/$input
done
call 0 stranger $'no\nsuch operation' /tmp/empty
"$hook" < /dev/null || fail "the hook without arguments"
"$hook" one two < /dev/null || fail "the hook with two arguments"

step "configured domains: one line, and nothing is changed"
for name in "${names[@]}"; do
    [[ "$name" == */* || "$name" == '' ]] || configure "$name"
done
configure win11
for name in 'a name' '-rf' $'two\nlines' 'Grüße-虚拟机' "$long" '*' win11; do
    call 1 "$name" prepare /tmp/empty
done
for input in empty truncated text huge huge-xml; do
    call 1 win11 prepare /tmp/$input
    call 1 win11 start /tmp/$input
done
call 0 ../domains/win11 prepare /tmp/empty
rm -f "$CONFIGS"/..toml "$CONFIGS"/*

step "of a domain that has its card: nothing is given back for it"
configure win11
define_domain win11
start_ok win11
for input in empty truncated text huge huge-xml; do
    for operation in start release; do
        call "0 1" win11 $operation /tmp/$input
        expect "driver of the GPU after $operation with $input" vfio-pci "$(driver_of "$GPU")"
    done
done
call 1 win11 release /tmp/empty
destroy win11
virsh -q undefine win11
same_state "$before" "by hostile input for a domain that had its card"

step "closed descriptors"
configure win11
code=0
"$hook" win11 prepare begin - < /tmp/empty >&- 2>&- || code=$?
expect "exit code with closed stdout and stderr" 1 "$code"
code=0
"$hook" win11 prepare begin - <&- >&- 2>&- || code=$?
expect "exit code with everything closed" 1 "$code"
"$hook" stranger prepare begin - <&- >&- 2>&- || fail "a stranger with everything closed"

step "called by a user"
define_domain win11
virsh dumpxml win11 > /tmp/win11.xml
code=0
output=$(setpriv --reuid nobody --regid nogroup --clear-groups "$hook" win11 prepare begin - < /tmp/win11.xml 2>&1) || code=$?
expect "exit code for a user's configured domain" 1 "$code"
expect_match "what it says" "^gpu-handoff: win11: .*user's" "$output"
output=$(setpriv --reuid nobody --regid nogroup --clear-groups "$hook" stranger prepare begin - < /tmp/win11.xml 2>&1) ||
    fail "a user's unconfigured domain was refused"
expect "what it says for an unconfigured one" "" "$output"
same_state "$before" "by hostile input"

step "a domain with a hostile name really starts" # AppArmor's helper of libvirt refuses []{}?^,"* by itself
name="-it's a Grüße \$(reboot)"
configure "$name"
define_domain "$name"
virsh -q start --domain "$name" || fail "it did not start"
expect "driver of the GPU" vfio-pci "$(driver_of "$GPU")"
virsh -q destroy --domain "$name"
same_state "$before" "by a domain with a hostile name"
virsh -q undefine --domain "$name"
