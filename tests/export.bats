# SPDX-License-Identifier: MIT
# crm export: all stored fields of records.

load helper

setup_test() {
    new_book
    crm add Acme --city Suzhou --tags a --tags b >/dev/null
}

@test "stored fields and no derived ones" {
    call crm export customer --format csv
    [ "$status" = 0 ]
    header=${out%%$'\n'*}
    command -v jq >/dev/null || skip "no jq"
    [ "$header" = "$(crm introspect | jq -r '[.kinds[] | select(.name == "customer") | .fields[]
        | select(.derived | not) | .name] | join(",")')" ]
}

@test "filters choose" {
    call crm export customer city=Wuxi
    expect 0 "" ""
    call crm export city=Suzhou --fields key,tags
    expect 0 '{"key":"acme","tags":["a","b"]}' ""
}
