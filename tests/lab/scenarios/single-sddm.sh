#!/bin/bash
# topology: single
# telling: no
# boot: shared
# deadline: 1800
# The same as single-lightdm, with SDDM.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

desktop_sddm
configure win11 'timeout_s = 120'
define_domain win11
cycles_of_desktop 1
