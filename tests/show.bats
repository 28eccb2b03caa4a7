# SPDX-License-Identifier: MIT
# crm show: one record, for a customer the whole page.

load helper

setup_test() {
    new_book
    crm add "Acme Ltd" --key acme --external-id X-9 >/dev/null
}

@test "by key, #id, external id, name and prefix of the name" {
    for reference in acme '#1' X-9 "Acme Ltd" Acm; do
        call crm show "$reference" --fields key
        expect 0 '{"key":"acme"}' ""
    done
}

@test "in JSON it is an object with the fields of the customer" {
    call crm show acme --format jsonl
    [ "$status" = 0 ]
    [[ $out == '{"key":"acme","name":"Acme Ltd",'* ]]
    call crm show acme --format json
    [[ $out == $'[\n  {\n    "key": "acme",'* ]]
}

@test "an unknown name is said on stderr, as JSON too where asked for" {
    call crm show nosuch --format jsonl
    expect 1 "" -
    [[ $err == "crm: there is no customer 'nosuch'"*'{"error":"not_found",'* ]]
}

@test "a name that fits several" {
    crm add "Acme Two" >/dev/null
    call crm show Acm
    expect 4 "" -
    [[ $err == *acme*acme-two* ]]
}

@test "parts of another record's history are not named by themselves" {
    local kind
    for kind in tier_change survey_answer complaint_event line; do
        call crm show "$kind" '#1'
        expect 2 "" "crm: a $kind cannot be named by itself
hint: name the record it belongs to"
        call crm edit "$kind" '#1' --set external_id=1
        expect 2 "" -
        call crm remove "$kind" '#1'
        expect 2 "" -
    done
}
