#!/bin/bash
# topology: dual
# telling: no
# boot: own
# deadline: 600
# gpu-handoff doctor: a healthy host has no failure; each fault that is planted is found, its remedy is followed as it is printed, and
# the fault is gone. What it saves tells nothing of whose machine it is.
. /run/lab/guest/lib.sh
. /run/lab/guest/doctor.sh

hook=/etc/libvirt/hooks/qemu
configure win11
define_domain win11
before=$(host_state)

step "a healthy host"
gpu-handoff doctor win11 || fail "doctor win11: exit code $?"
healthy
healthy win11
same_state "$before" "by the doctor"

step "a leftover of an older setup"
printf '# of a guide\noptions vfio-pci ids=1234:1111\n' > /etc/modprobe.d/vfio.conf
finds warning leftovers "^/etc/modprobe.d/vfio.conf:2: "
expect_match "its remedy" "remove the line.*update-initramfs" "${REMEDY//$'\n'/ }"
rm /etc/modprobe.d/vfio.conf
findings
expect "what is left of it" "" "$(grep vfio.conf /tmp/findings)"

cp /etc/initramfs-tools/modules /tmp/initramfs-modules
echo vfio_pci >> /etc/initramfs-tools/modules
finds warning leftovers "^/etc/initramfs-tools/modules:[0-9]+: "
cp /tmp/initramfs-modules /etc/initramfs-tools/modules
findings
expect "what is left of it" "" "$(grep initramfs-tools /tmp/findings)"

step "a script beside the hook"
mkdir -p /etc/libvirt/hooks/qemu.d
printf '#!/bin/sh\n\nvirsh nodedev-detach pci_0000_01_00_0\n' > /etc/libvirt/hooks/qemu.d/10-detach
chmod 755 /etc/libvirt/hooks/qemu.d/10-detach
finds failure leftovers "^/etc/libvirt/hooks/qemu.d/10-detach:3: "
follow
healthy win11

step "the hook's program is not executable"
chmod 644 /usr/sbin/gpu-handoff-hook
finds failure hook "not executable"
follow
healthy win11

step "the hook is not there"
rm $hook
systemctl restart libvirtd
finds failure hook "^$hook is not there"
ln -s /usr/sbin/gpu-handoff-hook $hook
finds failure "hook seen" "^libvirtd started before"
follow
healthy win11
compgen -G '/run/gpu-handoff/*.journal' && fail "there is a journal already"
start_ok win11
compgen -G '/run/gpu-handoff/*.journal' > /dev/null || fail "libvirtd does not call the hook after its reload"
healthy win11
destroy win11

step "the hook is another project's"
rm $hook
printf '#!/bin/sh\nexit 0\n' > $hook
chmod 755 $hook
finds failure hook "is another project's" win11
expect_match "its remedy" "install/install --replace" "$REMEDY"
rm $hook
hook_plain
systemctl reload libvirtd
healthy win11

step "the card's audio function is missing"
virsh -q undefine win11
define_domain win11 "$GPU"
finds failure "domain's card" "without its $AUDIO" win11
follow
healthy win11
gpu-handoff setup win11 --remove > /tmp/output || fail "setup --remove: $(cat /tmp/output)"
virsh -q undefine win11

step "libvirt would take the card by itself; and the domain has more memory than the host"
define_domain win11 managed=no
finds warning managed "^$GPU has managed='no'" win11
virsh -q setmaxmem win11 64G --config
finds failure memory "more than there is" win11
follow
healthy win11
virsh -q undefine win11
define_domain win11

step "the domain has no file, or one with an error"
rm $CONFIGS/win11.toml
finds failure "domain's file" "has none" win11
expect_match "its remedy" "touch $CONFIGS/win11.toml" "$REMEDY"
configure win11 'dispaly = "auto"'
finds failure "domain's file" "^$CONFIGS/win11.toml:1: dispaly" win11
configure win11
chmod 666 $CONFIGS/win11.toml
finds failure "domain's file" "written by others" win11
chmod 644 $CONFIGS/win11.toml
healthy win11

step "libvirt's daemon does not run"
systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
finds failure libvirt "neither libvirtd nor virtqemud runs"
follow
healthy

step "an unknown domain is an error that offers the nearest"
code=0
output=$(gpu-handoff doctor win1 2>&1) || code=$?
expect "exit code: $output" 1 "$code"
expect_match "what it says" "domain win1: .*did you mean win11\?" "$output"

step "a normal user has answers too"
runuser -u nobody -- gpu-handoff doctor > /tmp/nobody || true
expect_match "what nobody sees" "ok +IOMMU in the kernel: on" "$(cat /tmp/nobody)"

step "what it read is saved, without whose machine it is"
rm -rf /tmp/saved
gpu-handoff doctor win11 --save /tmp/saved > /tmp/said || fail "doctor --save"
ls -l /tmp/saved
for private in "$(hostname)" "$(cat /etc/machine-id)" "$(cat /sys/class/net/*/address | grep -v 00:00:00:00:00:00 | head -1)" \
    "$(virsh domuuid win11 | head -1)" /var/lib/libvirt/images; do
    [[ -z "$private" ]] || ! grep -rwF -- "$private" /tmp/saved || fail "$private is in it"
done
expect "findings in the recording and here" "$(grep -c '^ok\|^warning' /tmp/said)" "$(grep -c '^ok\|^warning' /tmp/saved/expected)"
output=$(gpu-handoff doctor --save /tmp/saved 2>&1) && fail "it wrote into a directory that is not empty"
expect_match "what it says" "^gpu-handoff: /tmp/saved: is there already" "$output"
same_state "$before" "by all that was followed"
