#!/bin/bash
# topology: dual-wayland
# telling: yes
# boot: shared
# deadline: 700
# A sway session that has both GPUs open, and one that never opened the guest's: both live on with their windows while a domain has the
# guest's GPU; the first has it again after the domain's end.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

configure win11
define_domain win11
find_cards
printf 'exec %s\noutput * bg #204060 solid_color\n' "$LAB_GUEST/window" > /tmp/sway.conf
step "with both GPUs"
session WLR_RENDERER=pixman "WLR_DRM_DEVICES=$HOST_CARD:$CARD" /usr/bin/sway -c /tmp/sway.conf
cycle_with_session sway foot
end_session
step "with the host's GPU only"
session WLR_RENDERER=pixman "WLR_DRM_DEVICES=$HOST_CARD" /usr/bin/sway -c /tmp/sway.conf
cycle_with_session sway foot only-host
end_session
