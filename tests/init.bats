# SPDX-License-Identifier: MIT
# crm init: makes a book.

load helper

@test "a book of its own directory" {
    call crm init tea --zone Asia/Shanghai --currency EUR
    expect 0 '{"book":"tea"}' ""
    on_postgres || [ -f tea/crm.db ]
    [ -f tea/policy.yaml ] && [ -d tea/calendars ] && [ -d tea/surveys ]
    grep -q '^time_zone: *"\{0,1\}Asia/Shanghai' tea/policy.yaml
    grep -q '^currency: *"\{0,1\}EUR' tea/policy.yaml
}

@test "without a directory it is .crm, of --book or CRM_BOOK if these are given" {
    call crm init
    expect 0 '{"book":".crm"}' ""
    call crm init --book there
    expect 0 '{"book":"there"}' ""
    CRM_BOOK="env" call crm init
    expect 0 '{"book":"env"}' ""
    mkdir sub
    call crm -C sub init
    expect 0 '{"book":"sub/.crm"}' ""
    call crm -C sub init b
    expect 0 '{"book":"sub/b"}' ""
}

@test "a book is not made twice" {
    crm init b >/dev/null
    cp b/policy.yaml before
    call crm init b
    expect 1 "" $'crm: there is a book in \'b\' already\nhint: choose another directory'
    cmp before b/policy.yaml
}

@test "a wrong zone or currency makes nothing" {
    call crm init b --zone Nowhere/Nothing
    expect 3 "" -
    [[ $err == *"Nowhere/Nothing"* ]]
    [ ! -e b ]
    call crm init b --currency shells
    expect 3 "" -
    [ ! -e b ]
}

@test "--dry-run makes nothing, and refuses what would be refused" {
    call crm init b --dry-run
    expect 0 '{"book":"b"}' ""
    [ ! -e b ]
    call crm init b --dry-run --zone Nowhere/Nothing
    expect 3 "" -
    crm init b >/dev/null
    call crm init b --dry-run
    expect 1 "" -
}

@test "a directory that cannot be made" {
    touch file
    call crm init file/b
    expect 1 "" -
    [[ $err == *"file/b"* ]]
}

@test "the book is private, directories above it are as mkdir -p makes them" {
    umask 022
    crm init one/two/b >/dev/null
    [ "$(stat -c %a one one/two one/two/b one/two/b/policy.yaml | tr '\n' ' ')" = "755 755 700 600 " ]
    on_postgres || [ "$(stat -c %a one/two/b/crm.db)" = 600 ]
    crm init 'slash /客 户#1?%41/' >/dev/null
    [ "$(stat -c %a 'slash ' 'slash /客 户#1?%41' | tr '\n' ' ')" = "755 700 " ]
    call crm --book 'slash /客 户#1?%41' add Acme --fields key
    expect 0 '{"key":"acme"}' ""
}

@test "what an interrupted init left behind is no book yet" {
    mkdir b
    : >b/crm.db
    call crm --book b list
    expect 1 "" -
    call crm init b
    expect 0 '{"book":"b"}' ""
    call crm --book b add Acme --fields key
    expect 0 '{"key":"acme"}' ""
}

@test "a database that is no book, or has lost its policy, is left alone" {
    need_file "what lies where it should"
    mkdir b
    echo "something else" >b/crm.db
    call crm init b
    expect 1 "" $'crm: there is a book in \'b\' already\nhint: choose another directory'
    [ "$(ls b)" = crm.db ]
    crm init c >/dev/null
    rm c/policy.yaml
    call crm init c
    expect 1 "" -
    [ ! -e c/policy.yaml ]
    call crm --book c list
    expect 1 "" $'crm: the book in \'c\' has no policy.yaml\nhint: copy it from a backup, or from a new book that crm init makes'
}

@test "an empty name is no directory" {
    call crm init ""
    expect 2 "" $'crm: the name of the book\'s directory is empty\nhint: name one; . is the current directory'
}

@test "a policy that lies there is kept: options that say otherwise are refused" {
    mkdir b
    printf 'time_zone: Asia/Shanghai\ncurrency: EUR\n' >b/policy.yaml
    call crm init b --zone UTC
    expect 4 "" "crm: the policy.yaml in 'b' says: time_zone: Asia/Shanghai
hint: change it there, or leave out the option"
    call crm init b --currency CNY
    [[ $status -eq 4 && $err == *"says: currency: EUR"* ]]
    call crm init b --currency EUR --zone Asia/Shanghai
    [ "$status" -eq 0 ]
}

@test "an address that hides its password badly is not printed" {
    local address
    for address in 'postgresql://u:S3C RET@[bad/x' 'postgresql:/u:S3CRET@h/x' 'host=h password=S3CRET' \
        'postgresql://u:p@S3CRET@host/x' 'postgresql://u:S3CRET@[bad/x'; do
        call "$CRM_PROGRAM" init b --database "$address"
        [ "$status" -ne 0 ]
        [[ $err == "crm: the database's address "* && $err != *S3C* ]]
        CRM_DATABASE=$address call "$CRM_PROGRAM" --book b list
        [[ $status -ne 0 && $err != *S3C* ]]
        mkdir -p c
        printf 'database: "%s"\n' "$address" >c/policy.yaml
        call "$CRM_PROGRAM" --book c list
        [[ $status -ne 0 && $err != *S3C* ]]
    done
}
