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
step "what list and plan say of it"
expect "list's verdict" ending_session "$(field "$(gpu-handoff list --json)" "[g['verdict'] for g in d['gpus'] if g['address'] == '$GPU'][0]")"
steps=$(planned win11)
expect_match "the plan" 'session [a-z0-9]+: active -> ended' "$steps"
cursor=$(journal_cursor)
start_ok win11
# The session ends with its display manager, most of the time, and then is no step of its own.
expect "the steps that plan said" "$(grep -v '^session ' <<< "$steps")" "$(logged "$cursor" win11 | grep -v '^session ')"
expect "the steps in the history" "$(logged "$cursor" win11)" "$(remembered)"
destroy win11
desktop_back
cycles=3
[[ -z "${ALL:-}" ]] || cycles=20
cycles_of_desktop "$cycles"
