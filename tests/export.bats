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

# A record of every kind, with a pause among the events and a tier that was set.
fill_book() {
    crm add staff Amy --login amy
    crm edit acme --owner amy --since 2025-06-01
    crm add contact Lin --customer acme --birthday 1980-08-15 --birthday-calendar lunar
    crm add product Tea --code t --price 2.5
    crm add order 1 --customer acme --ordered-on 2025-04-08
    crm add line --order-ref 1 --product t --quantity 3 --unit-price 2.5 --profit 1.2345
    crm visit add acme --channel phone --at 2025-12-01T10:00 --next-on 2026-03-20
    crm complain add acme "cold tea" --severity low --at 2026-02-23T09:00
    crm complain pause C-1 --reason "asked back" --at 2026-02-23T10:00
    crm complain resume C-1 --at 2026-02-25T10:00
    crm survey ask nps acme --answer recommend=9 --answer reason="很好" --on 2026-01-15
    crm tier apply
    crm tier set acme B --reason "long known" --until 2026-12-31
    crm add note acme "likes tea"
}

@test "a book exported kind by kind is the same book when it is imported" {
    fill_book >/dev/null
    new_book other
    for format in jsonl csv tsv; do
        for kind in staff customer tier_change contact product order line complaint \
            complaint_event visit survey_answer note; do
            crm export "$kind" --format "$format" >"$kind.$format"
            crm -C other import "$kind.$format" --as "$kind" >/dev/null
            crm -C other export "$kind" --format "$format" | cmp - "$kind.$format"
            [ -s "$kind.$format" ]
        done
    done
    for kind in staff customer tier_change contact product order line complaint complaint_event \
        visit survey_answer note; do
        crm list "$kind" >here
        crm -C other list "$kind" | cmp - here
    done
    call crm -C other list customer --fields tier,tier_since,next_visit_on,promise_on
    expect 0 '{"tier":"B","tier_since":"2026-03-02","next_visit_on":"2026-06-01","promise_on":"2026-03-20"}' ""
    call crm -C other list complaint --fields resolve_due
    expect 0 '{"resolve_due":"2026-03-03T18:00:00+08:00"}' ""
}
