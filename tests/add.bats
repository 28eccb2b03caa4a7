# SPDX-License-Identifier: MIT
# crm add: a new record, its fields as options.

load helper

setup_test() {
    new_book
}

@test "the kind is customer, the key is made of the name" {
    call crm add "Acme Ltd" --industry retail --fields key,name,kind,status,industry
    expect 0 '{"key":"acme-ltd","name":"Acme Ltd","kind":"company","status":"active","industry":"retail"}' ""
    call crm add 苏州园林 --fields key,name
    expect 0 '{"key":"苏州园林","name":"苏州园林"}' ""
}

@test "options before, between and after" {
    call crm add --industry=retail Acme --city Suzhou --fields industry,city
    expect 0 '{"industry":"retail","city":"Suzhou"}' ""
}

@test "other kinds" {
    crm add Acme >/dev/null
    call crm add staff "Li Na" --login lina --visits-per-day 5 --fields login,name,visits_per_day
    expect 0 '{"login":"lina","name":"Li Na","visits_per_day":5}' ""
    call crm add contact "Wang Wei" --customer acme --is-primary --fields name,customer,is_primary
    expect 0 '{"name":"Wang Wei","customer":"acme","is_primary":true}' ""
    call crm add --customer acme contact "Zhao" --no-is-primary --fields name,is_primary
    expect 0 '{"name":"Zhao","is_primary":false}' ""
    call crm add product "Green tea" --code gt --price 48.125 --fields code,price
    expect 0 '{"code":"gt","price":48.125}' ""
}

@test "a customer may be named like a kind" {
    call crm add customer contact --fields name
    expect 0 '{"name":"contact"}' ""
    call crm show contact --fields name
    expect 0 '{"name":"contact"}' ""
}

@test "tags add up, other options do not" {
    call crm add Acme --tags tea --tags green --city Hangzhou --city Suzhou --fields tags,city
    expect 0 '{"tags":["tea","green"],"city":"Suzhou"}' ""
}

@test "--set names any field" {
    call crm add Acme --set need-fit=4 --set notes=a=b --fields need_fit,notes
    expect 0 '{"need_fit":4,"notes":"a=b"}' ""
    call crm add Other --set nosuch=1
    [ "$status" -ne 0 ]
    [[ $err == *nosuch* ]]
    call crm add Other --set nothing
    expect 2 "" $'crm: --set: "nothing" sets no field\nhint: write --set FIELD=VALUE'
    call crm list Other
    expect 0 "" ""
}

@test "refused input changes nothing" {
    for wrong in --status=foo --since=2026-02-30 --need-fit=9 --email=none; do
        call crm add Acme "$wrong"
        expect 3 "" -
        [[ $err == "crm: "* ]]
    done
    call crm add Acme --owner nobody
    expect 1 "" -
    call crm list
    expect 0 "" ""
}

@test "what names a record, and what is told, must be seen" {
    unseen='write it with letters or digits'
    call crm add Acme --key $'\x01'
    expect 3 "" "crm: key: the text has no character that can be seen"$'\nhint: '"$unseen"
    call crm list
    expect 0 "" ""
    crm add Acme >/dev/null
    for words in 'add note acme' 'complain add acme' 'edit acme --key'; do
        # shellcheck disable=SC2086
        call crm $words $'\u3000\t'
        expect 3 "" -
        [[ $err == "crm: "*": the text has no character that can be seen"* ]]
    done
    call crm check
    [ "$status" = 0 ]
}

@test "--dry-run shows and stores nothing" {
    call crm add Acme --dry-run --fields name
    expect 0 '{"name":"Acme"}' ""
    call crm list
    expect 0 "" ""
}

@test "a missing name, a name in two words, a kind that has its own command" {
    call crm add
    expect 2 "" $'crm: crm add: the name is missing\nhint: crm add --help'
    call crm add Two Words
    expect 2 "" $'crm: crm add: "Words" is one argument too many\nhint: a value with blanks goes between quotes'
    call crm add tier_change x
    [ "$status" = 2 ]
}

@test "a line belongs to an order, its amount is rounded once" {
    crm add Acme >/dev/null
    crm add Beta >/dev/null
    crm add order N1 --customer acme >/dev/null
    call crm add line --customer acme --amount 5
    expect 3 "" $'crm: line: \'order_ref\' is missing\nhint: give it: order it belongs to'
    call crm add line --customer beta --order-ref N1 --amount 5
    expect 4 "" $'crm: line: the order is another customer\'s\nhint: leave out the customer, or name the order as O-12'
    call crm add line --order-ref N1 --quantity 0.5 --unit-price 0.0003 --discount 0.25 --fields amount
    expect 0 '{"amount":0.0001}' ""
    call crm add line --order-ref N1 --quantity=-2 --unit-price 19.99 --fields line_number,amount
    expect 0 '{"line_number":2,"amount":-39.98}' ""
    call crm add line --order-ref N1 --quantity 1 --unit-price 1 --discount=-922337203685477.5807
    expect 3 "" -
    call crm add line --order-ref N1 --quantity 900000000 --unit-price 9000000000
    expect 3 "" $'crm: line: quantity times price is too large\nhint: look at quantity, unit price and discount'
}

@test "the key of a long name is short" {
    local long
    long=$(printf '客户%.0s' {1..500})
    call crm add "$long" --fields key
    expect 0 '{"key":"'"$(printf '客户%.0s' {1..10})"'"}' ""
    call crm add "$long" --fields key
    expect 0 '{"key":"'"$(printf '客户%.0s' {1..10})"'-2"}' ""
    call crm add "$(printf 'a%.0s' {1..58}) b c d" --fields key
    expect 0 '{"key":"'"$(printf 'a%.0s' {1..58})"'-b"}' ""
}

@test "a line number stands once in an order, on whatever day" {
    crm add Acme >/dev/null
    crm add order N1 --customer acme >/dev/null
    crm add line --order-ref N1 --amount 5 --line-number 7 >/dev/null
    call crm add line --order-ref N1 --amount 5 --line-number 7 --ordered-on 2025-01-01
    expect 1 "" $'crm: line: the order has a line 7 already\nhint: leave out line_number: the next one is taken'
    call crm add line --order-ref N1 --amount 5 --fields line_number
    expect 0 '{"line_number":8}' ""
}

@test "what is missing is looked up in the help of its kind" {
    call crm add contact --format table
    expect 2 "" "crm: crm add: the name is missing
hint: crm add contact --help"
    call crm add --format table
    expect 2 "" "crm: crm add: the name is missing
hint: crm add --help"
}
