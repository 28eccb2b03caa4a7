# SPDX-License-Identifier: MIT
# bash completion for crm: asks the program itself (crm complete), records included.

_crm() {
    local current words=() reply line word
    # The words as the shell's user sees them: "=" and ":" are no ends of words to crm.
    local before=${COMP_LINE:0:COMP_POINT} index=0
    current=
    while ((index < ${#before})); do
        case ${before:index:1} in
        [[:blank:]])
            [[ -n $current ]] && words+=("$current")
            current=
            ;;
        \\)
            index=$((index + 1))
            current+=${before:index:1}
            ;;
        *) current+=${before:index:1} ;;
        esac
        index=$((index + 1))
    done
    local program=${words[0]:-crm}
    program=${program/#\~/$HOME}
    reply=$("$program" complete -- "${words[@]:1}" "$current" 2>/dev/null)

    # Only the part behind the last break character is to be replaced.
    local kept=${current%"${COMP_WORDS[COMP_CWORD]#[=:]}"}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        :file) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${current#*=}") ;;
        :directory) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "${current#*=}") ;;
        '') ;;
        *)
            word=${line%%$'\t'*}
            COMPREPLY+=("$(printf '%q' "${word#"$kept"}")")
            ;;
        esac
    done <<<"$reply"
    [[ $reply == *=$'\t'* || $reply == *= ]] && compopt -o nospace 2>/dev/null
    [[ $reply == :file || $reply == :directory ]] && compopt -o filenames 2>/dev/null
    return 0
}

complete -F _crm crm
