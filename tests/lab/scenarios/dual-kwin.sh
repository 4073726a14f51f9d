#!/bin/bash
# topology: dual-wayland
# telling: no
# boot: shared
# deadline: 900
# A KWin session on the host's GPU that also has the guest's GPU open: it lets that one go when a domain wants it, lives on with its windows,
# and has it again after the domain's end. One that begins while the GPU is reserved never opens it.
. /run/lab/guest/lib.sh
. /run/lab/guest/session.sh

configure win11 'timeout_s = 60'
define_domain win11
# kwin WINDOW...: ann's session with these.
kwin() {
    install -d -o ann -g ann /home/ann/.config
    cat > /home/ann/.config/kwinrulesrc <<'RULES'
[1]
Description=the letter on the second screen
position=1340,200
positionrule=3
wmclass=letter
wmclassmatch=1

[2]
Description=the diary, where it leaves room for the letter
position=600,380
positionrule=3
wmclass=diary
wmclassmatch=1

[General]
count=2
rules=1,2
RULES
    session KWIN_COMPOSE=Q /usr/bin/kwin_wayland --drm "$@"
}

# Beside it a helper of the desktop's has the card, as PowerDevil has the screens' buses: it ends first, or the card would be waited for in vain.
kwin "$LAB_GUEST/window" "\"$LAB_GUEST/window letter\""
helper=plasma-powerdevil.service
mkdir -p /run/systemd/user
printf '[Service]\nExecStart=%s open /dev/dri/by-path/pci-%s-card\n' "$LAB_GUEST/hold" "$GPU" > /run/systemd/user/$helper
wait_for "ann's systemd" 120 systemctl --user --machine=ann@.host start $helper
helper_has_card() { find_cards && find "/proc/$(systemctl --user --machine=ann@.host show --value -p MainPID $helper)/fd" -lname "$CARD" | grep -q .; }
wait_for "$helper has the card" 60 helper_has_card
wait_for "WirePlumber has the sound card" 240 sound_held # and does not open it behind the first look
cycle_with_session kwin_wayland foot
wait_for "$helper has the card again" 60 helper_has_card
systemctl --user --machine=ann@.host stop $helper
rm /run/systemd/user/$helper

step "the card that KWin draws with"
configure macos
define_domain macos "$HOST_GPU"
alive=$(still_alive kwin_wayland foot)
start_refused_untouched macos "^gpu-handoff: $HOST_GPU: kwin_wayland .*draws the desktop with it.*display = \"stop\".*gpu-handoff reserve"
step "refused: $REFUSAL"
expect "the session, KWin and its programs" "$alive" "$(still_alive kwin_wayland foot)"
rm "$CONFIGS/macos.toml"

step "the GPU is reserved meanwhile: KWin still hears that it is wanted"
gpu-handoff reserve "$GPU"
has_open "$CARD" kwin_wayland || fail "KWin has let the card go already"
wait_for "WirePlumber has the sound card again" 240 sound_held
alive=$(still_alive kwin_wayland foot)
start_ok win11
expect "the session, KWin and its programs" "$alive" "$(still_alive kwin_wayland foot)"
destroy win11
end_session

if [[ -n "${ALL:-}" ]]; then
    step "a session that begins now does not open it"
    kwin "$LAB_GUEST/window" # the letter would lie on it, or under it, with one screen
    cycle_with_session kwin_wayland foot only-host
    has_open "$CARD" kwin_wayland && fail "KWin has the reserved GPU"
    end_session
fi
gpu-handoff reserve "$GPU" --remove
