#!/bin/bash
# topology: crowded
# telling: no
# boot: shared
# deadline: 300
# A network card in the GPU's group must not vanish with it: refused by name; handed over when the file lists it; and
# never while it has an address.
. /run/lab/guest/lib.sh

expect "the NIC is in the GPU's group" "$(group_of "$GPU")" "$(group_of "$NIC")"
interface=$(ls "/sys/bus/pci/devices/$NIC/net")
configure win11
define_domain win11
before=$(host_state)
step "not listed"
start_refused win11 "^gpu-handoff: $NIC: .*Ethernet.* shares IOMMU group [0-9]+ with the GPU, and e1000 uses it; list both in devices, or put the card into another slot$"
step "listed"
configure win11 "devices = ['$GPU', '$NIC']"
start_ok win11
expect "driver of the NIC while the domain runs" vfio-pci "$(driver_of "$NIC")"
destroy win11
same_state "$before" "by a cycle with the NIC"
wait_for "the network interface is back" 60 test -d "/sys/bus/pci/devices/$NIC/net/$interface"
step "listed, with an address"
ip address add 192.0.2.1/24 dev "$interface"
start_refused win11 "^gpu-handoff: $NIC: $interface has an address; "
ip address flush dev "$interface"
