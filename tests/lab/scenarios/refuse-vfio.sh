#!/bin/bash
# topology: dual
# telling: no
# boot: shared
# deadline: 200
# A kernel without vfio-pci refuses the start.
. /run/lab/guest/lib.sh

configure win11
define_domain win11
modprobe -r vfio-pci 2>/dev/null || true
vfio=$(modinfo -n vfio-pci)
mv "$vfio" "$vfio.away"
start_refused win11 "^gpu-handoff: vfio-pci: cannot be loaded: vfio-pci: No such file or directory; restart the host if its kernel was updated; else see gpu-handoff doctor$"
mv "$vfio.away" "$vfio"
