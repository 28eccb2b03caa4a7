# SPDX-License-Identifier: MIT
# crm edit: changes fields of one record.

load helper

setup_test() {
    new_book
    crm add Acme --phone 1 --city Suzhou >/dev/null
}

@test "only the fields given are changed; an empty value clears" {
    call crm edit acme --phone 2 --fields key,phone,city
    expect 0 '{"key":"acme","phone":"2","city":"Suzhou"}' ""
    call crm edit acme --phone= --fields phone,city
    expect 0 '{"phone":null,"city":"Suzhou"}' ""
    call crm edit acme --name "Acme Ltd" --fields key,name
    expect 0 '{"key":"acme","name":"Acme Ltd"}' ""
}

@test "kinds are named before the reference" {
    crm add staff "Li Na" --login lina >/dev/null
    call crm edit staff lina --visits-per-day 4 --fields login,visits_per_day
    expect 0 '{"login":"lina","visits_per_day":4}' ""
    call crm edit customer acme --city Wuxi --fields city
    expect 0 '{"city":"Wuxi"}' ""
    call crm edit staf lina --email a@example.org
    expect 2 "" $'crm: there is no kind "staf"\nhint: did you mean staff?'
}

@test "nothing to change" {
    call crm edit acme
    expect 2 "" $'crm: crm edit: nothing to change\nhint: name a field: --phone 021-5550100; "" clears it'
}

@test "an unknown and an ambiguous name" {
    call crm edit nosuch --phone 2
    expect 1 "" -
    [[ $err == *nosuch* ]]
    crm add "Acme Two" >/dev/null
    call crm edit Acm --phone 2
    expect 4 "" -
    [[ $err == *acme-two* ]]
}

@test "refused input and --dry-run change nothing" {
    call crm edit acme --city Wuxi --status foo
    expect 3 "" -
    call crm edit acme --city Wuxi --dry-run --fields city
    expect 0 '{"city":"Wuxi"}' ""
    call crm show acme --fields city
    expect 0 '{"city":"Suzhou"}' ""
}
