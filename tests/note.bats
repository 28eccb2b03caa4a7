#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Notes: a kind that is nothing but its table.

load helper

setup_test() {
    new_book
    crm add "Acme Ltd" >/dev/null
}

@test "a note is added, found, changed, and stands in the way of a removal" {
    call crm add note acme-ltd "changed their bank 换了银行" --tags money
    expect 0 '{"number":"N-1","customer":"acme-ltd","text":"changed their bank 换了银行","noted_on":"2026-03-02","staff":null,"tags":["money"],"external_id":null}' ''
    call crm list note 银 --fields number,text
    expect 0 '{"number":"N-1","text":"changed their bank 换了银行"}' ''
    call crm edit N-1 --text "changed their bank again" --noted-on 2026-03-01
    expect 0 '{"number":"N-1","customer":"acme-ltd","text":"changed their bank again","noted_on":"2026-03-01","staff":null,"tags":["money"],"external_id":null}' ''
    call crm remove acme-ltd
    [ "$status" -eq 4 ]
    [[ $err == *"1 note"* ]]
    call crm remove N-1
    [ "$status" -eq 0 ]
    call crm list note
    expect 0 '' ''
}

@test "a note without text is refused" {
    call crm add note acme-ltd
    [ "$status" -ne 0 ]
    [[ $err == *"text"* ]]
    call crm list note
    expect 0 '' ''
}

@test "a number is never given twice" {
    crm add note acme-ltd one >/dev/null
    crm add note acme-ltd two >/dev/null
    crm remove N-2 >/dev/null
    call crm add note acme-ltd three --fields number
    expect 0 '{"number":"N-3"}' ''
    crm complain add acme-ltd late --owner "$(crm add staff Lin --fields login --format tsv | tail -n 1)" >/dev/null
    call crm remove C-1
    call crm complain add acme-ltd later --owner lin --fields number
    expect 0 '{"number":"C-2"}' ''
}
