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
    call crm list customer --sensitive --fields key,phone --format csv
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

@test "only kinds of which there may be two of one thing" {
    crm add order N1 --customer acme >/dev/null
    crm add order N2 --customer acme >/dev/null
    call crm merge order N1 N2
    expect 2 "" $'crm: two records of the kind order cannot be merged\nhint: customers, contacts, staff and products can'
}

@test "custom fields are filled one by one" {
    printf 'fields:\n  customer:\n    x: {}\n    y: {}\n    z: {type: integer}\n' >>.crm/policy.yaml
    crm edit acme --set x=1 >/dev/null
    crm edit acme-ltd --set x=2 --set 'y="q" {' --set z=3 >/dev/null
    call crm merge acme-ltd acme --fields x,y,z
    expect 0 '{"x":"1","y":"\"q\" {","z":3}' ""
}

@test "parents: the one that goes leaves its own, circles are refused" {
    crm add Top >/dev/null
    crm edit acme --parent acme-ltd >/dev/null
    crm edit acme-ltd --parent top >/dev/null
    call crm merge acme-ltd acme --fields key,parent
    expect 0 '{"key":"acme","parent":"top"}' ""
    crm add Middle --parent top >/dev/null
    crm edit acme --parent middle >/dev/null
    call crm merge top acme
    expect 4 "" -
    call crm list --fields key,parent
    expect 0 '{"key":"acme","parent":"middle"}
{"key":"top","parent":null}
{"key":"middle","parent":"top"}' ""
}

@test "orders of one number under both are named" {
    crm add order N1 --customer acme >/dev/null
    crm add order N1 --customer acme-ltd >/dev/null
    call crm merge acme-ltd acme
    expect 4 "" -
    call crm list order --fields number,customer --format csv
    expect 0 $'number,customer\nN1,acme\nN1,acme-ltd' ""
}

@test "the tier and its history stay those of the record that stays" {
    crm tier set acme B --reason mine >/dev/null
    crm tier set acme-ltd A --reason other >/dev/null
    call crm merge acme-ltd acme --fields tier
    expect 0 '{"tier":"B"}' ""
    call crm list tier_change --fields customer,tier,reason
    expect 0 '{"customer":"acme","tier":"B","reason":"mine"}' ""
    crm add New --key new >/dev/null
    call crm merge acme new --fields tier
    expect 0 '{"tier":"B"}' ""
    call crm list tier_change --fields customer,tier,reason
    expect 0 '{"customer":"new","tier":"B","reason":"mine"}' ""
}
