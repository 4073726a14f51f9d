#!/bin/bash
# topology: single
# telling: no
# boot: shared
# deadline: 7200
# The host's only GPU: virsh start from a terminal of the desktop's session ends the session; after the domain the desktop is back.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

desktop_lightdm
configure win11 'timeout_s = 120'
define_domain win11
cycles=3
[[ -z "${ALL:-}" ]] || cycles=20
cycles_of_desktop "$cycles"
