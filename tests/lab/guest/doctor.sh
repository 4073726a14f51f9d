# The words of scenarios about gpu-handoff doctor. Sourced after lib.sh.
# shellcheck shell=bash

# findings WORDS...: what gpu-handoff doctor WORDS says, a line "VERDICT|CHECK|SEEN|REMEDY" each; CODE is its exit code.
findings() {
    CODE=0
    gpu-handoff doctor "$@" --json > /tmp/doctor.json 2> /tmp/doctor.err || CODE=$?
    python3 - <<'PYTHON' > /tmp/findings || fail "doctor $*: no JSON: $(cat /tmp/doctor.json /tmp/doctor.err)"
import json
for check in json.load(open("/tmp/doctor.json"))["checks"]:
    print("|".join(check[key].replace("\n", "\\n") for key in ("verdict", "check", "seen", "remedy")))
PYTHON
}

# healthy WORDS...: no check fails.
healthy() {
    findings "$@"
    expect "failures of doctor $*" "" "$(grep '^failure' /tmp/findings)"
    expect "exit code of doctor $*" 0 "$CODE"
}

# finds VERDICT CHECK REGEX WORDS...: a finding like that is among them; its remedy goes to REMEDY.
finds() {
    local line verdict check seen
    findings "${@:4}"
    while IFS='|' read -r verdict check seen REMEDY; do
        [[ "$verdict" == "$1" && "$check" == "$2" && "$seen" =~ $3 ]] && break
        verdict=''
    done < /tmp/findings
    [[ -n "$verdict" ]] || fail "doctor ${*:4} does not find $1 in '$2' like $3: $(cat /tmp/findings)"
    [[ "$1" != failure ]] || expect "exit code of doctor ${*:4}" 1 "$CODE"
    REMEDY=${REMEDY//\\n/$'\n'}
    step "$verdict of $check: $seen; ${REMEDY//$'\n'/ / }"
}

# follow: the commands of the remedy, which stand below "run" or after "and" on lines of their own.
follow() {
    local line commands=''
    while IFS= read -r line; do
        [[ "$line" == *run || "$line" == *, || "$line" == 'and '* || "$line" == 'or '* ]] || commands+=$line$'\n'
    done <<< "$REMEDY"
    [[ -n "$commands" ]] || fail "the remedy has no command: $REMEDY"
    bash -ec "$commands" || fail "the remedy fails: $commands"
}
