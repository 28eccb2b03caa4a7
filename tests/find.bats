#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# crm find: all kinds at once.

load helper

setup_test() {
    new_book
    crm add "Acme 康佳 Ltd" --phone 13800138000 >/dev/null
    crm add contact "张伟" --customer acme-康佳-ltd --title CEO >/dev/null
    crm add note acme-康佳-ltd "张伟 moves to Beijing" >/dev/null
    crm add product "康 Pen" --code pen >/dev/null
}

@test "one character finds every kind, in the order of kinds" {
    call crm find 康
    expect 0 '{"kind":"customer","record":"acme-康佳-ltd","title":"Acme 康佳 Ltd","customer":null}
{"kind":"product","record":"pen","title":"康 Pen","customer":null}' ''
    call crm find 张伟
    expect 0 '{"kind":"contact","record":"P-1","title":"张伟","customer":"acme-康佳-ltd"}
{"kind":"note","record":"N-1","title":"张伟 moves to Beijing","customer":"acme-康佳-ltd"}' ''
}

@test "all words must be there; case and width don't matter" {
    call crm find 张伟 beijing --fields record
    expect 0 '{"record":"N-1"}' ''
    call crm find ＡＣＭＥ 1380013 --fields record
    expect 0 '{"record":"acme-康佳-ltd"}' ''
    call crm find 张伟 nowhere
    expect 0 '' ''
}

@test "a word that looks like a filter is a word" {
    crm add note acme-康佳-ltd "status=green 100%" >/dev/null
    call crm find status=green --fields record
    expect 0 '{"record":"N-2"}' ''
    call crm find 0% --fields record
    expect 0 '{"record":"N-2"}' ''
    call crm find %_
    expect 0 '' ''
}

@test "without a word there is nothing to find" {
    call crm find
    [ "$status" -eq 2 ]
}
