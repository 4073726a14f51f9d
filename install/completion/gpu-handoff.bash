# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of gpu-handoff.
# shellcheck shell=bash

# What each subcommand takes: options, and then what its argument is.
declare -gA _gpu_handoff_takes=(
    [list]="--connect --json"
    [doctor]="--connect --json --save domain"
    [setup]="--gpu --keyboard --mouse --hide-kvm --dry-run --remove --yes --connect domain"
    [plan]="--connect --json domain"
    [status]="--json"
    [try]="--for --connect domain"
    [keep]="domain"
    [history]="--all --json domain"
    [recover]="--json domain"
    [reserve]="--json --remove gpu"
)

# The PCI addresses of graphics cards.
_gpu_handoff_gpus() {
    local file class
    for file in /sys/bus/pci/devices/*/class; do
        read -r class < "$file" 2> /dev/null && [[ $class == 0x03* ]] || continue
        file=${file%/class}
        printf '%s\n' "${file##*/}"
    done
}

# libvirt's domains; its daemon may be busy with a start.
_gpu_handoff_domains() {
    timeout 2 virsh -r -q --connect "$1" list --all --name 2> /dev/null
}

_gpu_handoff() {
    local IFS=$' \t\n' command='' uri=qemu:///system argument='' cur prev word i
    local -a words candidates=()
    COMPREPLY=()
    # Not COMP_WORDS, which bash breaks at the colons of an address.
    read -ra words <<< "${COMP_LINE:0:COMP_POINT}"
    [[ "${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=('')
    cur=${words[-1]}
    prev=${words[-2]:-}
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
            --connect) uri=${words[++i]} ;;
            --connect=*) uri=${words[i]#*=} ;;
            --gpu | --keyboard | --mouse | --save | --for) ((++i)) ;;
            -*) ;;
            *) if [[ -z "$command" ]]; then command=${words[i]}; else argument=${words[i]}; fi ;;
        esac
    done
    local takes=${_gpu_handoff_takes[${command:-none}]:-}
    if [[ "$prev" == --gpu ]]; then
        mapfile -t candidates < <(_gpu_handoff_gpus)
    elif [[ "$prev" == --keyboard ]]; then
        mapfile -t candidates < <(compgen -G '/dev/input/by-id/*-event-kbd')
    elif [[ "$prev" == --mouse ]]; then
        mapfile -t candidates < <(compgen -G '/dev/input/by-id/*-event-mouse')
    elif [[ "$prev" == --save ]]; then
        compopt -o filenames 2> /dev/null
        mapfile -t candidates < <(compgen -d -- "$cur")
    elif [[ "$prev" == --for || "$prev" == --connect ]]; then
        return
    elif [[ -z "$command" ]]; then
        candidates=("${!_gpu_handoff_takes[@]}" --help)
    elif [[ "$cur" == -* ]]; then
        for word in $takes; do [[ $word == -* ]] && candidates+=("$word"); done
        candidates+=(--help)
    elif [[ -z "$argument" && $takes == *domain ]]; then
        mapfile -t candidates < <(_gpu_handoff_domains "$uri")
    elif [[ -z "$argument" && $takes == *gpu ]]; then
        mapfile -t candidates < <(_gpu_handoff_gpus)
    fi
    # bash replaces only what comes after the last colon.
    local before=''
    [[ "$cur" == *:* && "$COMP_WORDBREAKS" == *:* ]] && before=${cur%"${cur##*:}"}
    for word in "${candidates[@]}"; do
        [[ -n "$word" && "$word" == "$cur"* ]] || continue
        word=${word#"$before"}
        [[ "$word" == *[[:space:]\'\"\$\\\;\&\|\<\>\(\)\`]* ]] && word=$(printf '%q' "$word")
        COMPREPLY+=("$word")
    done
}

complete -F _gpu_handoff gpu-handoff
