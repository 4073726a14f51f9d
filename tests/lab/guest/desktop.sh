# The words of scenarios with a desktop. Sourced after lib.sh; the host's screen is gpu0.
# shellcheck shell=bash
# Every desktop is ann's and has windows open, on a background of one colour; desktop_NAME brings it to the screen for the first time,
# desktop_back waits until it is there again.

DESKTOP=/run/lab-desktop
BACKGROUND=336699 TERMINAL=ffffe0  # the colours of the desktop, and of the terminal on it
PROGRAMS='xterm|xclock|weston|foot'

# desktop_lightdm, desktop_sddm, desktop_gdm: ann is logged in to an X session by a display manager.
desktop_lightdm() {
    put /etc/lightdm/lightdm.conf.d/lab.conf <<< $'[Seat:*]\nautologin-user=ann\nautologin-session=lab\nuser-session=lab'
    display_manager lightdm
}
desktop_sddm() {
    put /etc/sddm.conf.d/lab.conf <<< $'[General]\nDisplayServer=x11\n[Autologin]\nUser=ann\nSession=lab.desktop'
    display_manager sddm
}
desktop_gdm() {
    put /var/lib/AccountsService/users/ann <<< $'[User]\nSession=lab\nXSession=lab'
    put /etc/gdm3/daemon.conf <<< $'[daemon]\nWaylandEnable=false\nAutomaticLoginEnable=true\nAutomaticLogin=ann'
    display_manager gdm
}

# desktop_greetd: a Wayland greeter, weston with a terminal that asks for the name; with 'ann' she is logged in first, once, to a weston that
# is a unit of her own systemd, as Plasma's and GNOME's compositors are.
desktop_greetd() {
    local first=''
    if [[ "${1:-}" == ann ]]; then
        first=$'[initial_session]\nuser = "ann"\ncommand = "systemctl --user start --wait lab-weston.service"'
        put /run/systemd/user/lab-weston.service <<< $'[Service]\nExecStart=/usr/local/lib/lab-desktop/weston'
    fi
    put /etc/greetd/config.toml <<TOML
[terminal]
vt = 7
[default_session]
user = "_greetd"
command = "/usr/local/lib/lab-desktop/weston /usr/sbin/agreety --cmd bash"
$first
TOML
    rm -f /run/greetd*.run
    DESKTOP_UNIT=greetd.service
    DESKTOP_USER=${1:-_greetd}
    display_manager greetd
}

# desktop_tty: ann is logged in on tty1 by getty, and her shell starts weston; there is no display manager.
desktop_tty() {
    put /run/systemd/system/getty@tty1.service.d/lab.conf <<UNIT
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin ann --noclear %I linux
UNIT
    # shellcheck disable=SC2016  # her shell expands it
    put /home/ann/.bash_profile <<< '[[ $(tty) != /dev/tty1 ]] || exec /usr/local/lib/lab-desktop/weston'
    session_files
    systemctl daemon-reload
    DESKTOP_UNIT=getty@tty1.service
    DESKTOP_USER=ann
    show_tty1 # weston 14 ends if it starts on a console that is not shown
    systemctl restart getty@tty1.service
    desktop_back
}

# display_manager NAME: makes it the host's, starts it and waits for the desktop.
display_manager() {
    session_files
    : "${DESKTOP_UNIT:=$1.service}" "${DESKTOP_USER:=ann}"
    ln -s "/lib/systemd/system/$1.service" /etc/systemd/system/display-manager.service
    systemctl daemon-reload
    systemctl start display-manager.service || fail "$1 does not start: $(systemctl status display-manager.service)"
    desktop_back
}

# put FILE: standard input becomes the file's content until the scenario ends.
put() {
    mkdir -p "${1%/*}"
    [[ ! -e "$1" || -e "$1.lab-kept" ]] || mv "$1" "$1.lab-kept"
    cat > "$1"
    DESKTOP_FILES+=("$1")
}
DESKTOP_FILES=()

# session_files: what ann's sessions are made of.
session_files() {
    mkdir -p "$DESKTOP" /usr/local/lib/lab-desktop
    rm -f "$DESKTOP"/*
    mkfifo "$DESKTOP/commands"
    chown -R ann "$DESKTOP"
    install -m 755 "$LAB_GUEST"/desktop/* /usr/local/lib/lab-desktop
    put /usr/share/xsessions/lab.desktop <<< $'[Desktop Entry]\nType=Application\nName=Lab\nExec=/usr/local/lib/lab-desktop/session'
}

# desktop_back: the desktop is on the screen: its unit and its user's session are active, the programs run, and the screen shows them.
desktop_back() {
    wait_for "$DESKTOP_UNIT is active" 300 systemctl is-active -q "$DESKTOP_UNIT"
    wait_for "the session of $DESKTOP_USER is active" 300 session_active
    "$LAB_GUEST/ask" gpu0 desktop 300 "$BACKGROUND" "$TERMINAL" || {
        ps -u "$DESKTOP_USER" -o pid,stat,wchan:20,args
        tail -n 30 /home/ann/.xsession-errors
        fail "the desktop is not on the screen"
    }
}
# A greeter is a desktop too: Debian 12's LightDM logs in by itself only if its first X server finds a screen.
desktop_or_greeter_back() {
    wait_for "a session or a greeter is active" 300 somebody_active
    session_active || systemctl restart "$DESKTOP_UNIT"
    desktop_back
}
somebody_active() { [[ $(loginctl --no-legend list-sessions | awk '$4 == "seat0" { print $1 }' | xargs -r loginctl show-session --value -p State) == *active* ]]; }
session_active() { [[ $(loginctl show-session --value -p State "$(session_of "$DESKTOP_USER")") == active ]]; }
session_of() { loginctl --no-legend list-sessions | awk -v user="$1" '$3 == user && $4 == "seat0" { print $1; exit }'; }

# session_programs: the process ids of the programs of ann's session.
session_programs() { pgrep -u ann -x "$PROGRAMS" 2> /dev/null | xargs; }

# in_session COMMAND: typed into the terminal of ann's session.
in_session() {
    rm -f "$DESKTOP/code"
    timeout 120 bash -c 'printf "%s\n" "$1" > "$2"' type "$1" "$DESKTOP/commands" || fail "nobody listens in ann's terminal"
}

# cycles_of_desktop COUNT [USER]: win11, which is defined and configured, is started from the terminal of ann's session (from outside, if only a
# greeter is there); the session ends, the guest draws on the screen, and after it the desktop is back, or that of USER. A screenshot at each stage.
cycles_of_desktop() {
    local cycle before programs name
    for ((cycle = 1; cycle <= $1; cycle++)); do
        name=${DESKTOP_UNIT%%[.@]*}-$DESKTOP_USER-$cycle
        before=$(host_state)
        programs=$(session_programs)
        step "cycle $cycle of $1: virsh start, with the programs $programs"
        shot gpu0 "$name-1-desktop"
        start_from_desktop win11
        expect "driver of the GPU while the domain runs" vfio-pci "$(driver_of "$GPU")"
        expect "driver of its audio function while the domain runs" vfio-pci "$(driver_of "$AUDIO")"
        expect "processes left of the session: $programs" '' "$(still_there "$programs")"
        guest_ready
        step "cycle $cycle of $1: the guest draws; virsh destroy"
        guest_shown gpu0 "$name-2-guest"
        destroy win11
        DESKTOP_USER=${2:-$DESKTOP_USER}
        desktop_back
        shot gpu0 "$name-3-desktop"
        [[ -n "${2:-}" ]] || same_state "$before" "by cycle $cycle"
        step "cycle $cycle of $1: the desktop is back"
    done
}
still_there() { local pids=$*; [[ -z "$pids" ]] || ps -o pid=,comm= -p "${pids// /,}"; }

# start_from_desktop NAME: the domain runs when this returns; the session that asked for it is gone then.
start_from_desktop() {
    if [[ "$DESKTOP_USER" != ann ]]; then
        start_ok "$1"
        return
    fi
    in_session "virsh -q start $1"
    wait_for "$1 runs" 600 runs_or_refused "$1"
    [[ $(virsh -q domstate "$1" | head -1) == running ]] || fail "virsh start $1: $(cat "$DESKTOP/output")"
}
runs_or_refused() { [[ $(virsh -q domstate "$1" | head -1) == running || -e "$DESKTOP/code" ]]; }

# desktop_off: no desktop, nobody logged in, no file of ours.
desktop_off() {
    local file
    if [[ "${DESKTOP_UNIT:-}" == getty* ]]; then systemctl stop "$DESKTOP_UNIT"; else systemctl stop display-manager.service; fi
    loginctl terminate-user ann 2>/dev/null
    rm -f /etc/systemd/system/display-manager.service
    for file in "${DESKTOP_FILES[@]}"; do
        if [[ -e "$file.lab-kept" ]]; then mv "$file.lab-kept" "$file"; else rm -f "$file"; fi
    done
    systemctl daemon-reload
    systemctl reset-failed
    systemctl start getty@tty1.service
    wait_for "ann is gone" 120 nobody_runs ann
    wait_for "nobody is on the seat, no greeter either" 60 seat_empty
}
nobody_runs() { ! pgrep -u "$1"; }
seat_empty() { ! grep -qs '^SEAT=seat0' /run/systemd/sessions/*[0-9]; }

desktop_end() {
    local code=$?
    end_domains
    [[ -z "${DESKTOP_UNIT:-}" ]] || desktop_off
    (exit "$code")
    clean_up
}
[[ -z "${SCENARIO:-}" ]] || trap desktop_end EXIT
