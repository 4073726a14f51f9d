#!/bin/bash
# topology: noiommu
# telling: all
# boot: shared
# deadline: 200
# gpu-handoff doctor on a machine whose IOMMU is off says so, with the exit code 1.
. /run/lab/guest/lib.sh
. /run/lab/guest/doctor.sh

finds failure "IOMMU in the firmware" "no ACPI table DMAR or IVRS"
expect_match "its remedy" "firmware's setup" "$REMEDY"
expect "the only failure" 1 "$(grep -c '^failure' /tmp/findings)"
