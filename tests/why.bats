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
    for words in --new "--for amy" "--within 1y" --exit-code acme --write "--install-timer cron"; do
        # shellcheck disable=SC2086
        call crm remind --why visit:1:2026-01-15 $words
        [ "$status" = 2 ] && [ -z "$out" ]
    done
    call crm remind --why visit:1:2026-01-15 --new
    expect 2 "" $'crm: --why goes alone\nhint: its item is looked for among all, whenever they are due'
    call crm --now 2025-06-01T09:00 remind --why visit:1:2026-01-15
    [ "$(jq -r .id <<<"$out")" = visit:1:2026-01-15 ]
    call crm remind --why visit:1:1999-01-01
    expect 1 "" "crm: there is no reminder 'visit:1:1999-01-01' now
hint: see: crm remind --within 1y --fields id,why"
}

# ask RULE…: when customers are to be asked, by the book's policy from now on.
ask() {
    sed -i '/^  \(# \)\?ask:/d; /^  #   - {/d; /^    - {\(every\|after\): /d' .crm/policy.yaml
    sed -i '/^  min_n:/a\  ask:' .crm/policy.yaml
    for rule in "$@"; do
        sed -i "/^  ask:/a\\    - $rule" .crm/policy.yaml
    done
}

# because ID: the steps of that reminder, but for its own and for whom it was given to.
because() {
    call crm remind --why "$1"
    [ "$status" = 0 ]
    steps figure,step,input,record,policy,value,result | grep -v '^state|reminder|\|^given|'
}

@test "remind --why of a survey by time: the last answer, the interval, the days of rest" {
    ask '{every: 2mo}'
    rule=policy.yaml:$(line_of 'every: 2mo')
    [ "$(because survey:1:2025-03-15)" = "due|rule|any tier||$rule|by time|
due|began||since||2025-01-15|
due|interval|2025-01-15||$rule|+ 2mo|2025-03-15
due|due|||$rule||2025-03-15" ]
    crm --now 2026-01-10T10:00 survey ask nps acme --answer recommend=9 >/dev/null
    guard=policy.yaml:$(line_of '^  min_days:')
    [ "$(because survey:1:2026-04-10)" = "due|rule|any tier||$rule|by time|
due|asked||last_survey_on||2026-01-10|
due|interval|2026-01-10||$rule|+ 2mo|2026-03-10
due|guard|2026-01-10|last_survey_on|$guard|+ 90d|not before 2026-04-10
due|due|||$rule||2026-04-10" ]
}

@test "remind --why of a survey after a complaint or a visit: what happened, and until when" {
    ask '{after: complaint, within: 14d, survey: csat}'
    rule=policy.yaml:$(line_of 'after: complaint')
    crm complain add acme "wet" --at 2026-02-20T10:00 >/dev/null
    crm complain respond C-1 --at 2026-02-20T10:30 >/dev/null
    crm complain resolve C-1 --cause defect --solution new --at 2026-02-25T10:00 >/dev/null
    [ "$(because survey:1:2026-02-25)" = "due|rule|any tier||$rule|after a complaint|survey csat
due|resolved||C-1||2026-02-25|
due|within|2026-02-25||$rule|+ 14d|worth asking until 2026-03-11
due|due|||$rule||2026-02-25" ]
    ask '{after: visit, tier: A, within: 1w}'
    rule=policy.yaml:$(line_of 'after: visit')
    crm tier set acme A --reason test >/dev/null
    crm visit add acme --channel phone --at 2026-03-01T10:00 >/dev/null
    crm complain reopen C-1 >/dev/null
    [ "$(because survey:1:2026-03-01)" = "due|rule|tier A||$rule|after a visit|
due|contact||V-1||2026-03-01|
due|within|2026-03-01||$rule|+ 1w|worth asking until 2026-03-08
due|due|||$rule||2026-03-01" ]
}

@test "remind --why of a tier set by hand: its end, the notice, and what it would be without" {
    sed -i 's/^tiers:/tiers:\n  pin_notice: 1mo/' .crm/policy.yaml
    crm tier set acme A --reason "new plant" --until 2026-03-31 >/dev/null
    call crm --now 2026-02-28T12:00 remind --why pin:1:2026-03-31:abc
    [ "$(steps figure,step,input,record,policy,value,result | sed -n '2p')" = "state|notice|2026-03-31||policy.yaml:$(line_of '^  pin_notice')|- 1mo|told from 2026-03-01 on" ]
    # On that day it is told, and not before.
    [ "$(crm --now 2026-03-01T09:00 remind | jq -r 'select(.kind == "tier_review").id')" = pin:1:2026-03-31:abc ]
    [ -z "$(crm --now 2026-02-28T09:00 remind | jq -r 'select(.kind == "tier_review").id')" ]
    # The rest is that of tier why.
    [ "$(because pin:1:2026-03-31:abc | tail -n +2)" = "$(call crm tier why acme; steps figure,step,input,record,policy,value,result)" ]
    because pin:1:2026-03-31:abc | grep -qx 'tier|pin|new plant|#1||A|evaluations keep it until 2026-03-31'
}

@test "remind --why of an evaluation: the last one and the interval" {
    sed -i 's/^  # review_every: [^ ]*/  review_every: 1mo/' .crm/policy.yaml
    every=policy.yaml:$(line_of '^  review_every:')
    scheme=policy.yaml:$(line_of '^    abc:')
    [ "$(because evaluate:abc:never)" = "due|rule|scheme abc||$scheme||
due|evaluated|||||never
due|due|||$every||2026-03-02" ]
    crm tier apply >/dev/null
    [ "$(because evaluate:abc:2026-04-02)" = "due|rule|scheme abc||$scheme||
due|evaluated||||2026-03-02|
due|interval|2026-03-02||$every|+ 1mo|2026-04-02" ]
}

@test "remind --why of a birthday: the lunar calendar, a short month, the lead time, days off" {
    crm add contact Thirty --customer acme --birthday 1980-12-30 --birthday-calendar lunar >/dev/null
    crm add contact Leap --customer acme --birthday "leap 06-01" --birthday-calendar lunar >/dev/null
    crm add contact Vague --customer acme --birthday 1980-08 >/dev/null
    rule=policy.yaml:$(line_of '^    birthday:')
    grace=policy.yaml:$(line_of '^care:' | awk '{ print $1 + 2 }')
    # Nobody reads the year of a birth here.
    [ "$(because care:birthday:P-1:2026-02-16)" = "due|occasion|birthday|P-1|$rule||
due|date|lunar 12-30|||二〇二五年腊月廿九|2026-02-16
due|moved|that month has no 30th day||||2026-02-16
state|lead|2026-02-16||$rule|- 3d|2026-02-13
state|grace|2026-02-16||$grace|+ 14d|may be made up for until 2026-03-02
state|contact|||||never greeted before" ]
    office=policy.yaml:$(line_of '^  office:')
    [ "$(because care:birthday:P-2:2026-07-14 | sed -n '2,6p')" = "due|date|lunar leap 6-1|||二〇二六年六月初一|2026-07-14
due|moved|no leap month of that number in that year, or it does not count||||2026-07-14
state|lead|2026-07-14||$rule|- 3d|2026-07-11
state|day_off|2026-07-11||$office|weekend|
state|working_day|office||$office||2026-07-10" ]
    [ "$(crm care --now 2026-07-09T09:00 --within 1w --fields from)" = '{"from":"2026-07-10"}' ]
    # The first of August is a Saturday.
    [ "$(because care:birthday:P-3:2026-08-03 | sed -n '1,2p')" = "due|occasion|birthday|P-3|$rule||
due|moved|the day is not known||$office|the first working day of the month|2026-08-03" ]
}

@test "remind --why of founding days and festivals: whose they are, and what was done last" {
    sed -i 's/^    founding: .*/    founding: {lead: 7d}\n    mid-autumn: {tiers: [A, B]}/' .crm/policy.yaml
    crm edit acme --founded-on 2001-03-05 --festivals "dragon-boat" >/dev/null
    crm --now 2025-03-05T10:00 visit add acme --channel phone --occasion founding >/dev/null
    lead=policy.yaml:$(line_of '^care:' | awk '{ print $1 + 1 }')
    [ "$(because care:founding:1:2026-03-05 | grep -v grace)" = "due|occasion|founding day|founded_on|policy.yaml:$(line_of '^    founding:')||
due|date|03-05||||2026-03-05
state|lead|2026-03-05||policy.yaml:$(line_of '^    founding:')|- 7d|2026-02-26
state|contact|phone|||2025-03-05|at the occasion before this one" ]
    [ "$(because care:dragon-boat:1:2026-06-19 | head -n 3)" = "due|occasion|Dragon Boat Festival|festivals||dragon-boat|
due|date|lunar 5-5|||二〇二六年五月初五|2026-06-19
state|lead|2026-06-19||$lead|- 7d|2026-06-12" ]
    crm edit acme --festivals "" >/dev/null
    crm tier set acme B --reason test >/dev/null
    [ "$(because care:mid-autumn:1:2026-09-25 | head -n 1)" = "due|occasion|Mid-Autumn Festival||policy.yaml:$(line_of '^    mid-autumn:')|of tiers A, B|" ]
    call crm remind --why care:mid-autumn:1:2026-09-25 --format table
    [[ $out == *"lead time"* ]]
}
