#!/bin/bash
# topology: single
# telling: all
# boot: own
# deadline: 1200
# A domain that ends because the host shuts down: its card is given back, and no desktop is started any more.
. /run/lab/guest/lib.sh
. /run/lab/guest/desktop.sh

# outlives UNIT...: the shutdown does not stop them.
outlives() {
    local unit
    for unit in "$@"; do put "/run/systemd/system/$unit.d/lab.conf" <<< $'[Unit]\nDefaultDependencies=no'; done
    systemctl daemon-reload
}
stopping() { [[ $(systemctl is-system-running) == stopping ]]; }

desktop_lightdm
configure win11 'timeout_s = 120'
define_domain win11
start_from_desktop win11
expect "the display manager while win11 runs" inactive "$(systemctl is-active display-manager.service)"

step "systemctl poweroff, which a service holds up"
libvirtd=$(systemctl show -P Requires -P Wants libvirtd.service | grep -oE '[^ ]+\.(socket|service)')
outlives lab-agent.service dbus.service dbus.socket libvirtd.service $libvirtd
systemd-run -q --unit=holds-up -p ExecStop='/bin/sleep infinity' -p TimeoutStopSec=infinity /bin/sleep infinity
cursor=$(journal_cursor)
systemctl --no-block poweroff
wait_for "the host is shutting down" 120 stopping
wait_for "the domain is ended with the host, and the card is given back" 300 journal_has "$cursor" "win11: given back"
expect "driver of the GPU" bochs-drm "$(driver_of "$GPU")"
journal_has "$cursor" "win11: unit" && fail "a unit was started"
expect "the display manager" inactive "$(systemctl is-active display-manager.service)"
expect "journals left" '' "$(ls /run/gpu-handoff)"
expect "the host" stopping "$(systemctl is-system-running)"
trap - EXIT # nothing can be put back on a host that ends
