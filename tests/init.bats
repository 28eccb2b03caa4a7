# SPDX-License-Identifier: MIT
# crm init: makes a book.

load helper

@test "a book of its own directory" {
    call crm init tea --zone Asia/Shanghai --currency EUR
    expect 0 '{"book":"tea"}' ""
    [ -f tea/crm.db ] && [ -f tea/policy.yaml ] && [ -d tea/calendars ] && [ -d tea/surveys ]
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
    [ ! -e b/crm.db ]
    call crm init b --currency shells
    expect 3 "" -
    [ ! -e b/crm.db ]
}

@test "a directory that cannot be made" {
    touch file
    call crm init file/b
    expect 1 "" -
    [[ $err == *"file/b"* ]]
}
