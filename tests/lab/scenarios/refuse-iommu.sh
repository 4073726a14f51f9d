#!/bin/bash
# topology: noiommu
# telling: no
# boot: shared
# deadline: 200
# Without an IOMMU the start is refused, and the line says where it is turned on.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
start_refused win11 "^gpu-handoff: $GPU: the IOMMU is off; turn on VT-d or AMD-Vi"
