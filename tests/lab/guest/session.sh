# The words of scenarios in which ann is logged in. Sourced after lib.sh; CARD and HOST_CARD are the DRM nodes of the two GPUs.
# shellcheck shell=bash

# find_cards: the nodes of now. Their numbers may change with every bind.
find_cards() {
    CARD=/dev/dri/$(basename /sys/bus/pci/devices/"$GPU"/drm/card*)
    HOST_CARD=/dev/dri/$(basename /sys/bus/pci/devices/"$HOST_GPU"/drm/card*)
}

# session COMMAND...: ann's session on tty1, without a display manager, as a person at the console would have it.
# Names=values before the command are its environment.
session() {
    local environment=''
    while [[ "$1" == *=* ]]; do
        environment+="Environment=\"$1\""$'\n'
        shift
    done
    cat > /run/systemd/system/ann-desktop.service <<UNIT
[Service]
User=ann
PAMName=login
TTYPath=/dev/tty1
StandardInput=tty
StandardOutput=journal
StandardError=journal
WorkingDirectory=/home/ann
Environment=XDG_SEAT=seat0 XDG_VTNR=1 XDG_SESSION_TYPE=wayland
$environment
ExecStart=$*
TimeoutStopSec=30
UNIT
    systemctl daemon-reload
    systemctl stop getty@tty1.service
    show_tty1 # a desktop before may have left another one there
    systemctl start ann-desktop.service
    wait_for "ann's session is active" 120 session_active
}
session_of() { loginctl --no-legend list-sessions | awk -v user="$1" '$3 == user && $4 == "seat0" { print $1 }'; }
session_active() { [[ $(loginctl show-session --value -p State "$(session_of ann)") == active ]]; }

# end_session: nothing of ann's is left, her user manager included.
end_session() {
    systemctl stop ann-desktop.service 2> /dev/null
    rm -rf /run/systemd/system/ann-desktop.service /home/ann/.config
    systemctl daemon-reload
    systemctl reset-failed
    loginctl terminate-user ann 2> /dev/null
    wait_for "ann is gone" 60 no_user ann
    systemctl start getty@tty1.service
}
no_user() { ! pgrep -u "$1"; }

# holders_of NODE: the names of the processes that have it open, sorted, on one line.
holders_of() {
    local process names=''
    for process in $(fuser "$1" 2>/dev/null); do
        names+="$(< "/proc/$process/comm")"$'\n'
    done
    printf '%s' "$names" | sort | xargs
}

# seen DISPLAY NAME COLOUR...: a screenshot, once the windows of these colours are on it.
seen() {
    "$LAB_GUEST/ask" "$1" "$2" 240 "${@:3}" || fail "$1 does not show the windows ${*:3}"
}
# Of nothing and full: no program or compositor that converts them makes others of them.
DIARY=0000ff
LETTER=ff0000

# cycle_with_session COMPOSITOR PROGRAM [only-host]: the domain win11 starts and ends while the session lives: the same processes, the
# same session; the compositor has the guest's GPU before and after (with only-host it never has), and not in between. The letter, on
# the second screen before, is on the first one then.
cycle_with_session() {
    local alive before name=$1${3:+-$3}
    find_cards
    wait_for "$1 has the host's GPU" 240 has_open "$HOST_CARD" "$1"
    [[ -n "${3:-}" ]] || wait_for "$1 has the guest's GPU" 240 has_open "$CARD" "$1"
    wait_for "$2 is open" 240 pgrep -u ann -x "$2"
    seen gpu0 "$name-1-before-host" $DIARY
    if [[ -n "${3:-}" ]]; then shot gpu1 "$name-1-before-guest"; else seen gpu1 "$name-1-before-guest" $LETTER; fi
    alive=$(still_alive "$1" "$2")
    before=$(host_state)
    step "$1, $2: $alive; $CARD is held by: $(holders_of "$CARD")"
    start_ok win11
    step "win11 runs"
    expect "the session, its compositor and its programs while win11 runs" "$alive" "$(still_alive "$1" "$2")"
    has_open "$HOST_CARD" "$1" || fail "$1 has lost the host's GPU"
    guest_ready
    if [[ -n "${3:-}" ]]; then seen gpu0 "$name-2-during-host" $DIARY; else seen gpu0 "$name-2-during-host" $LETTER; fi
    shot gpu1 "$name-2-during-guest"
    destroy win11
    step "win11 has ended"
    find_cards
    [[ -n "${3:-}" ]] || wait_for "$1 has the guest's GPU again" 120 has_open "$CARD" "$1"
    same_state "$before" "by a cycle with $1"
    expect "the session, its compositor and its programs after win11" "$alive" "$(still_alive "$1" "$2")"
    seen gpu0 "$name-3-after-host" $DIARY
    shot gpu1 "$name-3-after-guest"
}
# still_alive NAME...: the session's id, that it is active, and the process ids of ann's programs of these names.
still_alive() {
    local name
    printf '%s %s' "$(session_of ann)" "$(loginctl show-session --value -p State "$(session_of ann)")"
    for name in "$@"; do
        printf ' %s' "$(pgrep -u ann -x "$name" | xargs)"
    done
}

# However the scenario ends, nobody stays logged in.
session_clean_up() {
    local code=$?
    end_session > /dev/null
    (exit "$code")
    clean_up
}
[[ -z "${SCENARIO:-}" ]] || trap session_clean_up EXIT
