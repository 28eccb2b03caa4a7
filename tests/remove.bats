# SPDX-License-Identifier: MIT
# crm remove: removes a record that nothing refers to.

load helper

setup_test() {
    new_book
    crm add Acme >/dev/null
}

@test "prints what it removed" {
    call crm remove acme --fields key,name
    expect 0 '{"key":"acme","name":"Acme"}' ""
    call crm list
    expect 0 "" ""
}

@test "--dry-run keeps it" {
    call crm remove acme --dry-run --fields key
    expect 0 '{"key":"acme"}' ""
    call crm list --fields key
    expect 0 '{"key":"acme"}' ""
}

@test "what others refer to stays, and they are named" {
    crm add contact Wang --customer acme >/dev/null
    call crm remove acme
    expect 4 "" -
    [[ $err == *"1 contact"* ]]
    call crm list --fields key
    expect 0 '{"key":"acme"}' ""
}

@test "an unknown name" {
    call crm remove nosuch
    expect 1 "" -
    [[ $err == *nosuch* ]]
}
