# SPDX-License-Identifier: MIT
# crm merge: one of two records that are the same thing.

load helper

setup_test() {
    new_book
    crm add Acme --key acme --city Suzhou >/dev/null
    crm add "Acme Ltd" --key acme-ltd --city Wuxi --phone 99 >/dev/null
    crm add contact Wang --customer acme-ltd >/dev/null
}

@test "moves references, fills blanks, removes the first" {
    call crm merge acme-ltd acme --fields key,city,phone
    expect 0 '{"key":"acme","city":"Suzhou","phone":"99"}' ""
    call crm list --fields key
    expect 0 '{"key":"acme"}' ""
    call crm list contact --fields name,customer
    expect 0 '{"name":"Wang","customer":"acme"}' ""
}

@test "--dry-run keeps both" {
    call crm merge acme-ltd acme -n --fields key,phone
    expect 0 '{"key":"acme","phone":"99"}' ""
    call crm list customer --fields key,phone --format csv
    expect 0 $'key,phone\nacme,\nacme-ltd,99' ""
}

@test "a record is not merged into itself" {
    call crm merge acme acme
    expect 2 "" -
}

@test "two names are needed, three make a kind of the first" {
    call crm merge acme
    expect 2 "" $'crm: crm merge: INTO is missing\nhint: INTO: the record that stays'
    call crm merge customr acme-ltd acme
    expect 2 "" $'crm: there is no kind "customr"\nhint: did you mean customer?'
}
