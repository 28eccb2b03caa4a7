# SPDX-License-Identifier: MIT
# What shells offer: `crm complete`, and the scripts for bash, zsh and fish that ask it.

load helper

words() {
    call crm complete -- "$@"
    out=$(cut -f1 <<<"${out%$'\n'}")
}

@test "commands" {
    words ini
    expect 0 "init" ""
    call crm complete -- ini
    expect 0 $'init\tmake a book' ""
}

@test "hidden commands are not offered" {
    words compl
    [[ $out != *complete* ]]
}

@test "options and their values" {
    words list --form
    expect 0 "--format" ""
    words list --format j
    expect 0 $'jsonl\njson' ""
    words list --format=c
    expect 0 "--format=csv" ""
    words --color n list --color ""
    expect 0 $'auto\nalways\nnever' ""
}

@test "reports and their groupings" {
    words report par
    expect 0 "pareto" ""
    words report revenue --by month,se
    expect 0 $'month,segment\nmonth,severity' ""
}

@test "fields of the kind are options" {
    words add --credit-g
    expect 0 "--credit-grade" ""
    words add contact --credit-g
    expect 0 "" ""
    words add --status l
    expect 0 "lost" ""
}

@test "kinds, columns and filters" {
    words add con
    expect 0 "contact" ""
    words list --fields name,stat
    expect 0 "name,status" ""
    words list customer stat
    expect 0 "status=" ""
    words list customer status=a
    expect 0 "status=active" ""
}

@test "files and directories are the shell's" {
    words -C ""
    expect 0 ":directory" ""
    words init ""
    expect 0 ":directory" ""
}

@test "records, when there is a book" {
    words show ac
    expect 0 "" ""
    new_book
    crm add "Acme Ltd" --key acme >/dev/null
    crm add "Other" --key other >/dev/null
    words show ac
    expect 0 "acme" ""
    words add Child --parent=ot
    expect 0 "--parent=other" ""
    words list customer parent=ac
    expect 0 "parent=acme" ""
}

@test "nothing can make it fail or speak" {
    for line in "nosuch x" "--nosuch x" "list --format" "show a b c" "--"; do
        # shellcheck disable=SC2086
        call crm complete -- $line
        [ "$status" = 0 ]
        [ -z "$err" ]
    done
    call crm complete
    [ "$status" = 0 ]
}

bash_offers() {
    CRM_LINE=$1 bash --norc -c '
        crm() { "$CRM" "$@"; }
        source "$0"
        COMP_LINE=$CRM_LINE COMP_POINT=${#CRM_LINE}
        read -ra COMP_WORDS <<<"${CRM_LINE//=/ = }"
        [[ $CRM_LINE == *[\ =] ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _crm
        printf "%s\n" "${COMPREPLY[@]}"' "$ROOT/completions/crm.bash"
}

@test "bash" {
    call bash_offers "crm ini"
    expect 0 "init" ""
    call bash_offers "crm list --format j"
    expect 0 $'jsonl\njson' ""
    call bash_offers "crm list --format=j"
    expect 0 $'jsonl\njson' ""
    call bash_offers "crm list customer status=a"
    expect 0 "active" ""
    mkdir sub
    call bash_offers "crm -C su"
    expect 0 "sub" ""
}

@test "fish" {
    command -v fish >/dev/null || skip "no fish"
    mkdir bin
    ln -s "$CRM" bin/crm
    export PATH=$PWD/bin:$PATH
    call fish --no-config -c "source $ROOT/completions/crm.fish; complete -C 'crm list --format j'"
    expect 0 $'json\njsonl' -
    call fish --no-config -c "source $ROOT/completions/crm.fish; complete -C 'crm ini'"
    expect 0 $'init\tmake a book' -
}

@test "zsh" {
    command -v zsh >/dev/null || skip "no zsh"
    mkdir bin
    ln -s "$CRM" bin/crm
    export PATH=$PWD/bin:$PATH
    cat >ask.zsh <<'ZSH'
compdef() { :; }
source "$1"
compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@"; }
words=(crm list --format j) CURRENT=4 PREFIX=j
_crm
ZSH
    call zsh -f ask.zsh "$ROOT/completions/_crm"
    expect 0 $'jsonl\njson' ""
}
