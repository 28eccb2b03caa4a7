# SPDX-License-Identifier: MIT
# Why: visits, limits of complaints and reminders, explained step by step. Now is Monday 2026-03-02,
# 14:00 +08:00.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    export CRM_NOW=2026-03-02T14:00:00+08:00
    new_book .crm
    crm add staff "Amy" --login amy >/dev/null
    crm add Acme --since 2025-01-15 --owner amy >/dev/null
}

@test "visit why: the rule, the contacts that count and do not, the interval, the grace" {
    crm visit add acme --channel face --at 2025-05-10T10:00 >/dev/null
    crm visit add acme --channel face --at 2025-11-14T10:00 >/dev/null
    crm visit add acme --channel phone --at 2026-01-14T10:00 --next-on 2026-04-01 >/dev/null
    crm visit add acme --channel face --planned-on 2026-03-05 >/dev/null
    crm tier set acme A --reason vip >/dev/null
    line=$(line_of '^    A: \{every')
    call crm visit why acme
    [ "$status" = 0 ]
    [ "$(jq -c 'del(.steps)' <<<"$out")" = '{"customer":"acme","name":"Acme","tier":"A","due":"2026-02-16","state":"due","days_late":14,"channel":"face","last_qualifying":"2025-11-14"}' ]
    [ "$(steps figure,step,input,record,policy,value,result)" = "due|rule|tier A||policy.yaml:$line|3mo, face or better|
due|contact|face|V-2||2025-11-14|counts
due|contact|phone|V-3||2026-01-14|does not count: face or better
due|interval|2025-11-14||policy.yaml:$line|+ 3mo|2026-02-14
due|day_off|2026-02-14 – 2026-02-15||policy.yaml:$(line_of '^  office:')|weekend|
due|working_day|office||policy.yaml:$(line_of '^  office:')||2026-02-16
state|grace|2026-02-16||policy.yaml:$line|+ 14d|overdue after 2026-03-02
tier|tier_change|vip|#1||- → A|from 2026-03-02 on
promise_on|promise||V-3||2026-04-01|
planned_on|planned||V-4||2026-03-05|" ]
    # The same day as everywhere else.
    [ "$(crm list key=acme --fields next_visit_on --format csv | tail -1)" = 2026-02-16 ]
    call crm visit why acme --format table
    [[ $out == *"Days late"*"14"*"tier change"*"vip"* ]]
}

@test "visit why: without a contact that counts, all are shown, and the relation's first day" {
    crm tier set acme B --reason test >/dev/null
    crm visit add acme --channel email --at 2025-03-01T10:00 >/dev/null
    crm visit add acme --channel message --at 2025-06-01T10:00 >/dev/null
    call crm visit why acme
    [ "$(steps step,record,value,result | sed -n 2,5p)" = "contact|V-1|2025-03-01|does not count: phone or better
contact|V-2|2025-06-01|does not count: phone or better
began|since|2025-01-15|
interval||+ 6mo|2025-07-15" ]
    # An order, or the record itself, where there is no since.
    crm add Beta >/dev/null
    call crm visit why beta
    [ "$(steps step,record,value | sed -n 2p)" = "began|journal|2026-03-02" ]
}

@test "visit why: holidays by name, and a calendar that ends" {
    need_shared
    crm calendar import "$SHARED/holiday-cn/2026.json" >/dev/null
    sed -i 's/^    # holidays: cn/    holidays: cn/' .crm/policy.yaml
    crm add Gamma --since 2025-10-01 >/dev/null
    call crm visit why gamma
    [ "$(steps step,input,value,result | sed -n 4,5p)" = "day_off|2026-10-01 – 2026-10-07|国庆节|
working_day|office||2026-10-08" ]
    crm add Delta --since 2029-10-06 >/dev/null
    call crm visit why delta
    [ "$(steps step,value,result | sed -n 3,4p)" = "interval|+ 12mo|2030-10-06
working_day|by weekday: its day lists end before|2030-10-07" ]
}

@test "visit why: an interval and days of the customer's own" {
    crm edit acme --visit-every 1mo >/dev/null
    crm visit add acme --channel face --at 2026-02-02T10:00 >/dev/null
    call crm visit why acme
    [ "$(steps step,record,value,result | sed -n '1p;3p')" = "rule|visit_every|1mo|
interval||+ 1mo|2026-03-02" ]
    crm edit acme --visit-every "" --visit-days "05-01" >/dev/null
    call crm visit why acme
    [ "$(steps step,record,value,result | sed -n '1p;3p')" = "rule|visit_days|05-01|
interval||05-01|2026-05-01" ]
}

@test "visit why: every day that it tells is the day kept with the customer" {
    need_shared
    new_book real
    crm --book real import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    export CRM_NOW=2018-01-02T09:00:00+08:00
    crm --book real tier apply >/dev/null
    crm --book real list customer --fields key,next_visit_on --format csv | tail -n +2 | sed -n '1~40p' >kept
    [ "$(wc -l <kept)" -gt 15 ]
    while IFS=, read -r key day; do
        [ "$(crm --book real visit why "$key" | jq -r .due)" = "$day" ]
    done <kept
    call crm --book real visit why nobody
    [ "$status" = 1 ]
}

@test "complain why: the limit, each interval counted or not, pauses, what is left" {
    crm tier set acme A --reason vip >/dev/null
    crm complain add acme "late" --severity high --at 2026-02-27T16:00 >/dev/null
    crm complain respond C-1 --at 2026-03-02T09:30 >/dev/null
    crm complain pause C-1 --reason "photo" --at 2026-03-02T10:00 >/dev/null
    crm complain resume C-1 --at 2026-03-02T11:00 >/dev/null
    call crm complain why C-1
    [ "$status" = 0 ]
    [ "$(jq -c 'del(.steps)' <<<"$out")" = '{"number":"C-1","customer":"acme","tier":"A","severity":"high","status":"in_progress","respond_due":"2026-02-27T18:00:00+08:00","resolve_due":"2026-03-02T17:00:00+08:00","responded_at":"2026-03-02T09:30:00+08:00","resolved_at":null}' ] ||
        jq -c 'del(.steps)' <<<"$out"
    line=$(line_of 'tier: A, severity: high')
    [ "$(steps figure,step,policy,value,result | grep '^respond_due')" = "respond_due|rule|policy.yaml:$line|2wh|
respond_due|calendar|policy.yaml:$(line_of '^  office:')|office|
respond_due|opened||2026-02-27T16:00:00+08:00|
respond_due|counted||2:00:00|2:00:00
respond_due|skipped||night|
respond_due|skipped||weekend|
respond_due|skipped||night|
respond_due|counted||0:30:00|2:30:00
respond_due|due|policy.yaml:$line||2026-02-27T18:00:00+08:00
respond_due|used||125 %|0:30:00 late
respond_due|escalation|policy.yaml:$(line_of 'at: 50')|tell owner|since 2026-02-27T17:00:00+08:00
respond_due|escalation|policy.yaml:$(line_of 'at: 75')|tell owner|since 2026-02-27T17:30:00+08:00
respond_due|escalation|policy.yaml:$(line_of 'at: 100')|tell manager|since 2026-02-27T18:00:00+08:00" ]
    steps figure,step,input,value,result | grep -q '^resolve_due|stopped|2026-03-02T10:00:00+08:00 – 2026-03-02T11:00:00+08:00||$'
    # What is left is what the list says.
    left=$(steps figure,step,result | sed -n 's/^resolve_due|used|\(.*\) left$/\1/p')
    [ "$left" = 3:00:00 ]
    [ "$(crm remind --within 1d | jq -r 'select(.kind == "complaint_resolution") | .late')" = -3 ]
}

@test "complain why: no limit, and a number that there is not" {
    sed -i '/^    - {.*respond:/d; s/^  limits:.*/  limits: []/' .crm/policy.yaml
    crm complain add acme "late" >/dev/null
    call crm complain why C-1
    [ "$(steps figure,step,result)" = "respond_due|rule|the policy sets no limit
resolve_due|rule|the policy sets no limit" ]
    call crm complain why C-2
    [ "$status" = 1 ]
}

@test "remind --why explains each item by what it is of, and to whom it was given" {
    crm complain add acme "late" --severity critical --at 2026-02-27T10:00 >/dev/null
    crm visit add acme --planned-on 2026-03-02 --channel phone >/dev/null
    crm remind --new --for amy >/dev/null
    crm remind --format jsonl >items
    [ "$(wc -l <items)" -ge 4 ]
    while read -r id; do
        call crm remind --why "$id"
        [ "$status" = 0 ]
        [ "$(jq -r .id <<<"$out")" = "$id" ]
        [ "$(jq -r '[.state, .why] | join(" ")' <<<"$out")" = "$(jq -r "select(.id == \"$id\") | [.state, .why] | join(\" \")" items)" ]
        [ "$(jq '.steps | length' <<<"$out")" -ge 4 ]
        [[ $(steps figure,input,result | tail -1) == "given|amy|2026-03-02T14:00:00+08:00" ]]
    done < <(jq -r .id items)
    # One that is still to come; one that there is not.
    call crm --now 2025-06-01T09:00 remind --why visit:1:2026-01-15
    [ "$(jq -r .id <<<"$out")" = visit:1:2026-01-15 ]
    call crm remind --why visit:1:1999-01-01
    expect 1 "" "crm: there is no reminder 'visit:1:1999-01-01' now
hint: see: crm remind --within 1y --fields id,why"
}
