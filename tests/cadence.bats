# SPDX-License-Identifier: MIT
# A customer's own cadence in place of the tier's, and laws that hold for every next visit.
# Now is Monday 2026-03-02, 09:00 +08:00.

load helper

setup_test() {
    new_book
    crm add staff amy >/dev/null
    crm add acme --owner amy --since 2025-06-10 >/dev/null
}

next_visit() {
    crm list "key=${1-acme}" --fields next_visit_on,last_visit_on --format csv | tail -1
}

why() {
    crm remind --within "${1-0d}" | jq -r 'select(.kind == "visit").why'
}

@test "an interval of the customer's own, for first visits and for the others" {
    call crm edit acme --visit-every 1mo --fields next_visit_on
    expect 0 '{"next_visit_on":"2025-07-10"}' ""
    [ "$(why)" = "first visit 1mo after the relation began; of the customer's own" ]
    crm visit add acme --channel message --at 2026-01-30 >/dev/null
    [ "$(next_visit)" = 2026-03-02,2026-01-30 ] # 2026-02-28 is a Saturday
    [ "$(crm visit due --fields due,state,channel)" = '{"due":"2026-03-02","state":"due","channel":"any"}' ]
    [ "$(why)" = "every 1mo, last on 2026-01-30; of the customer's own" ]
    crm edit acme --visit-every "" >/dev/null
    [ "$(next_visit)" = 2027-02-01,2026-01-30 ] # the tier's again; 2027-01-30 is a Saturday
}

@test "a channel of the customer's own decides what counts" {
    crm visit add acme --channel phone --at 2026-01-05 >/dev/null
    crm visit add acme --channel message --at 2026-02-02 >/dev/null
    [ "$(next_visit)" = 2027-02-02,2026-02-02 ]
    crm edit acme --visit-channel phone >/dev/null
    [ "$(next_visit)" = 2027-01-05,2026-01-05 ]
    [ "$(why 1y)" = "every 12mo, phone or better, last on 2026-01-05; of the customer's own" ]
    crm edit acme --visit-channel face >/dev/null
    [ "$(next_visit)" = 2026-06-10, ]
    # Weaker than the tier's is the customer's own as well.
    crm tier set acme A --reason test >/dev/null
    crm edit acme --visit-channel message >/dev/null
    [ "$(next_visit)" = 2026-05-04,2026-02-02 ]
    # A channel that the policy no longer knows gives way to the tier's.
    sed -i 's/^  channels: .*/  channels: [email, event, phone, video, face]/' .crm/policy.yaml
    crm visit due >/dev/null
    [ "$(next_visit)" = 2025-09-10, ]
}

@test "days of the year: solar, lunar and festivals, moved on to working days" {
    # Mid-Autumn was on 2025-10-06, and is on 2026-09-25.
    call crm edit acme --visit-days "中秋, 3-15" --fields visit_days,next_visit_on
    expect 0 '{"visit_days":"mid-autumn, 03-15","next_visit_on":"2025-10-06"}' ""
    [ "$(why)" = "first visit on the next of: mid-autumn, 03-15; of the customer's own" ]
    crm visit add acme --channel phone --at 2025-10-06 >/dev/null
    [ "$(next_visit)" = 2026-03-16,2025-10-06 ] # the fifteenth is a Sunday
    crm edit acme --visit-every 2w >/dev/null # days stand in place of any interval
    [ "$(next_visit)" = 2026-03-16,2025-10-06 ]
    [ "$(why 1mo)" = "on the next of: mid-autumn, 03-15; last on 2025-10-06; of the customer's own" ]
    crm edit acme --visit-days "农历 2-30" >/dev/null # 2026-04-16, the 29th of a short month
    [ "$(next_visit)" = 2026-04-16,2025-10-06 ]
}

@test "a contact within the time ahead of such a day is the visit of that day" {
    crm edit acme --visit-days 03-16 >/dev/null
    crm visit add acme --channel phone --at 2026-03-01 >/dev/null
    [ "$(next_visit)" = 2026-03-16,2026-03-01 ] # 15 days before it
    crm visit add acme --channel phone >/dev/null
    [ "$(next_visit)" = 2027-03-16,2026-03-02 ] # 14
    sed -i 's/^  ahead: .*/  ahead: 7d/' .crm/policy.yaml
    [ "$(next_visit)" = 2026-03-16,2026-03-02 ]
}

@test "beyond the lunar table nothing is guessed" {
    crm edit acme --since 2100-09-01 --visit-days mid-autumn >/dev/null
    [ "$(next_visit)" = 2100-09-20, ] # 2100-09-18 is a Saturday
    crm edit acme --since 2100-09-18 >/dev/null
    [ "$(next_visit)" = , ]
    [ "$(crm show acme | jq -c '.duties[0] | [.kind, .due, .state, .what]')" = \
        '["visit",null,"unknown","lunar calendar unknown after 2100-12-31"]' ]
    crm edit acme --visit-days 12-31 >/dev/null
    [ "$(next_visit)" = 2100-12-31, ]
    call crm check
    expect 0 - ""
}

@test "the plan goes by the customer's own, again and again" {
    crm edit acme --since 2026-02-01 --visit-every 3w --visit-channel face >/dev/null
    crm add beta --owner amy --since 2025-12-01 --visit-days "03-16, 04-20" >/dev/null
    call crm visit plan --until 2026-04-30 --fields customer,channel,due,state
    expect 0 '{"customer":"acme","channel":"face","due":"2026-02-23","state":"in_time"}
{"customer":"beta","channel":"any","due":"2026-03-16","state":"in_time"}
{"customer":"acme","channel":"face","due":"2026-03-23","state":"in_time"}
{"customer":"acme","channel":"face","due":"2026-04-13","state":"in_time"}
{"customer":"beta","channel":"any","due":"2026-04-20","state":"in_time"}' ""
}

@test "import, merge, undo and check keep the next visit of an own cadence" {
    printf '%s\n' key,name,since,visit_every,visit_days acme,acme,2025-06-10,2mo, beta,Beta,2026-01-05,,qingming >c.csv
    crm import c.csv --as customer --key key >/dev/null
    [ "$(next_visit)" = 2025-08-11, ]
    [ "$(next_visit beta)" = 2026-04-06, ] # Qingming is Sunday, April 5
    crm undo >/dev/null
    [ "$(next_visit)" = 2026-06-10, ]
    crm edit acme --visit-every 1mo >/dev/null
    crm add gamma --since 2025-06-10 --visit-every 1w >/dev/null
    crm visit add gamma --channel phone --at 2026-02-10 >/dev/null
    crm merge gamma acme >/dev/null
    [ "$(next_visit)" = 2026-03-10,2026-02-10 ]
    call crm check
    expect 0 - ""
    query_store "UPDATE customer SET next_visit_on = '2026-05-05' WHERE key = 'acme'"
    call crm check
    [ "$(jq -r 'select(.field == "next_visit_on").expected' <<<"$out")" = 2026-03-10 ]
}

@test "what is no interval, channel or day is refused" {
    call crm edit acme --visit-every soon
    expect 3 ""
    call crm edit acme --visit-every 4h
    expect 3 ""
    call crm edit acme --visit-channel fax
    expect 3 ""
    [[ $err == *"the policy knows no 'fax'"* ]]
    call crm edit acme --visit-days "03-15, someday"
    expect 3 ""
    [ "$(next_visit)" = 2026-06-10, ]
}
