#!/bin/bash
# topology: crowded
# telling: all
# boot: shared
# deadline: 300
# gpu-handoff doctor finds a network card in the GPU's group, and what it says to write into the domain's file makes the start go.
. /run/lab/guest/lib.sh
. /run/lab/guest/doctor.sh

configure win11
define_domain win11
before=$(host_state)
finds warning "IOMMU group" "shares IOMMU group .* with $NIC"
finds failure "IOMMU group" "shares IOMMU group .* with $NIC" win11
configure win11 "$(tail -n 1 <<< "$REMEDY")"
healthy win11
start_ok win11
destroy win11
same_state "$before" "by a cycle"
