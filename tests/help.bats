# SPDX-License-Identifier: MIT
# crm help: the manual, or the options where there is no manual.

load helper

@test "without an argument it lists the commands" {
    call crm help
    [ "$status" = 0 ]
    [ "$out" = "$(crm --help)"$'\n' ]
    [[ $out == *$'\n  add '* && $out != *$'\n  complete '* ]]
}

@test "where there is no man, what --help prints" {
    mkdir none
    call env PATH="$PWD/none" "$CRM" help add
    [ "$status" = 0 ]
    [ "$out" = "$(crm add --help)"$'\n' ]
    [ -z "$err" ]
}

@test "the page of the program's own manual" {
    mkdir bin
    printf '#!/bin/sh\necho "man $*"\n' >bin/man
    chmod +x bin/man
    PATH=$PWD/bin:$PATH call crm help add
    [ "$status" = 0 ]
    [[ $out == "man -l /"*/man/crm-add.1$'\n' ]]
    PATH=$PWD/bin:$PATH call crm help crm
    [[ $out == "man -l /"*/man/crm.1$'\n' ]]
}

@test "an unknown topic" {
    mkdir none
    call env PATH="$PWD/none" "$CRM" help lisst
    expect 1 "" $'crm: there is no manual of "lisst"\nhint: did you mean list?'
}
