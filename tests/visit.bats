# SPDX-License-Identifier: MIT
# crm visit: what happened, and when the next visit is due. Now is Monday 2026-03-02, 09:00 +08:00.

# The helper sets these.
# shellcheck disable=SC2154
load helper

LIST=$TESTS/data/daylist-2026.json

setup_test() {
    new_book .crm
    crm add staff "Amy" --login amy >/dev/null
    crm add Acme --since 2025-06-10 --owner amy >/dev/null
}

# What is kept of one customer: next visit, last contact that counts, promise.
dates() {
    crm list "key=$1" --fields next_visit_on,last_visit_on,promise_on --format csv | tail -1
}

add_visit() {
    crm visit add "$@" --fields number >/dev/null
}

# Puts a customer into a tier; what gives tiers is tested elsewhere.
in_tier() {
    crm tier set "$1" "$2" --reason test >/dev/null
}

@test "a new customer is due an interval after the since-date, on a working day" {
    [ "$(dates acme)" = 2026-06-10,, ]
    # 2026-06-13 and 14 are a weekend.
    crm edit acme --since 2025-06-13 >/dev/null
    [ "$(dates acme)" = 2026-06-15,, ]
}

@test "without a since-date the relation begins with the first order, else with the record" {
    crm add Beta --key beta >/dev/null
    [ "$(dates beta)" = 2027-03-02,, ]
    crm add product Tea --code t --price 5 >/dev/null
    crm add order 1 --customer beta --ordered-on 2025-04-08 >/dev/null
    crm add line --order-ref 1 --product t --quantity 1 --unit-price 5 >/dev/null
    [ "$(dates beta)" = 2026-04-08,, ]
    crm edit beta --since 2025-04-15 >/dev/null
    [ "$(dates beta)" = 2026-04-15,, ]
    crm edit beta --since "" >/dev/null
    [ "$(dates beta)" = 2026-04-08,, ]
}

@test "add records a visit done now, by the customer's owner" {
    call crm visit add acme --channel phone --feedback "all well" \
        --fields number,customer,staff,channel,done_at,status,feedback
    expect 0 '{"number":"V-1","customer":"acme","staff":"amy","channel":"phone","done_at":"2026-03-02T09:00:00+08:00","status":"done","feedback":"all well"}' ""
    [ "$(dates acme)" = 2027-03-02,2026-03-02, ]
}

@test "add --at records when it was; the last one counts, not the last one typed" {
    add_visit acme --channel phone --at "yesterday 14:30"
    call crm list visit --fields done_at
    expect 0 '{"done_at":"2026-03-01T14:30:00+08:00"}' ""
    add_visit acme --channel phone --at 2025-12-01
    [ "$(dates acme)" = 2027-03-01,2026-03-01, ]
}

@test "the day of a visit is the day in the book's time zone" {
    crm visit add acme --channel phone --at 2026-02-27T23:30:00+08:00 >/dev/null
    [ "$(dates acme)" = 2027-03-01,2026-02-27, ]
    crm visit add acme --channel phone --at 2026-02-27T17:30:00Z >/dev/null
    [ "$(dates acme)" = 2027-03-01,2026-02-28, ]
}

@test "a telephone call does not satisfy a duty to visit face to face" {
    in_tier acme A
    [ "$(dates acme)" = 2025-09-10,, ]
    add_visit acme --channel phone --at 2026-02-02
    [ "$(dates acme)" = 2025-09-10,, ]
    add_visit acme --channel face --at 2026-01-05
    [ "$(dates acme)" = 2026-04-06,2026-01-05, ]
    in_tier acme B
    [ "$(dates acme)" = 2026-08-03,2026-02-02, ]
}

@test "any channel satisfies the last tier" {
    add_visit acme --channel message --at 2026-02-02
    [ "$(dates acme)" = 2027-02-02,2026-02-02, ]
}

@test "a promise is due on its own day until the next contact" {
    add_visit acme --channel phone --next-on 2026-03-07 # a Saturday
    [ "$(dates acme)" = 2027-03-02,2026-03-02,2026-03-07 ]
    call crm visit due --within 7d --fields customer,due,state,days_late,channel,last_qualifying
    expect 0 '{"customer":"acme","due":"2026-03-07","state":"promised","days_late":-5,"channel":"any","last_qualifying":"2026-03-02"}' ""
    call crm visit due --within 4d
    expect 0 "" ""
    export CRM_NOW=2026-03-06T09:00:00+08:00
    add_visit acme --channel email
    [ "$(dates acme)" = 2027-03-08,2026-03-06, ]
}

@test "states: due within the grace, overdue after it, first without any contact" {
    local state='.state + " " + (.days_late | tostring)'
    [ "$(crm --now 2026-06-09T12:00 visit due)" = "" ]
    [ "$(crm --now 2026-06-09T12:00 visit due --within 1d | jq -r "$state")" = "first -1" ]
    [ "$(crm --now 2026-06-10T00:00 visit due | jq -r "$state")" = "first 0" ]
    [ "$(crm --now 2026-06-24T23:59 visit due | jq -r "$state")" = "first 14" ]
    [ "$(crm --now 2026-06-25T00:00 visit due | jq -r "$state")" = "overdue 15" ]
    add_visit acme --channel phone --at 2026-03-02T08:00
    [ "$(crm --now 2027-03-02T12:00 visit due | jq -r "$state")" = "due 0" ]
    [ "$(crm --now 2027-03-17T12:00 visit due | jq -r "$state")" = "overdue 15" ]
}

@test "due prints the whole row, for scripts and for people" {
    in_tier acme A
    call crm visit due
    expect 0 '{"customer":"acme","name":"Acme","tier":"A","due":"2025-09-10","state":"overdue","days_late":173,"channel":"face","owner":"amy","last_qualifying":null,"planned_on":null}' ""
    call crm visit due --format table
    [ "$(sed -n 2p <<<"$out" | tr -s ' ')" = "acme Acme A 2025-09-10 overdue 173 face amy" ]
}

@test "due tells for when a visit is planned already" {
    crm edit acme --since 2025-02-20 >/dev/null
    add_visit acme --planned-on 2026-03-09
    add_visit acme --planned-on 2026-03-05
    call crm visit due --fields due,planned_on
    expect 0 '{"due":"2026-02-20","planned_on":"2026-03-05"}' ""
    [ "$(crm remind | jq -r .why)" = "first visit 12mo after the relation began; planned for 2026-03-05" ]
    crm visit skip V-2 --reason away >/dev/null
    [ "$(crm visit due | jq -r .planned_on)" = 2026-03-09 ]
}

@test "due lists promises, then overdue, then due; best tier first, then the oldest" {
    crm edit acme --since 2025-02-24 >/dev/null # due 2026-02-24
    crm add B1 --key b1 --since 2025-06-03 >/dev/null
    crm add A2 --key a2 --since 2025-11-03 >/dev/null
    crm add A1 --key a1 --since 2025-10-06 >/dev/null
    crm add Lost --key lost --since 2020-01-01 --status lost >/dev/null
    crm add Hope --key hope --since 2025-01-01 --status prospect >/dev/null
    in_tier b1 B
    in_tier a1 A
    in_tier a2 A
    crm add Word --key word --since 2026-01-01 >/dev/null
    add_visit word --channel phone --at 2026-02-20 --next-on 2026-03-02
    [ "$(crm visit due | jq -r .customer | tr '\n' ' ')" = "word a1 a2 b1 hope acme " ]
    [ "$(crm visit due tier=A | jq -r .customer | tr '\n' ' ')" = "a1 a2 " ]
    [ "$(crm visit due --for amy | jq -r .customer | tr '\n' ' ')" = "acme " ]
}

@test "a visit takes the customer off the list" {
    crm edit acme --since 2024-01-01 >/dev/null
    [ "$(crm visit due | jq -r .customer)" = acme ]
    add_visit acme --channel face
    call crm visit due
    expect 0 "" ""
}

@test "status decides: dormant customers are visited, lost ones are not" {
    crm edit acme --status lost >/dev/null
    [ "$(dates acme)" = ,, ]
    crm edit acme --status dormant >/dev/null
    [ "$(dates acme)" = 2026-06-10,, ]
}

@test "removing and editing a visit take its effect back" {
    add_visit acme --channel phone --next-on +1w
    [ "$(dates acme)" = 2027-03-02,2026-03-02,2026-03-09 ]
    crm edit V-1 --done-at 2026-02-02 >/dev/null
    [ "$(dates acme)" = 2027-02-02,2026-02-02,2026-03-09 ]
    crm add Beta --since 2025-06-10 >/dev/null
    crm edit V-1 --customer beta >/dev/null
    [ "$(dates acme)" = 2026-06-10,, ]
    [ "$(dates beta)" = 2027-02-02,2026-02-02,2026-03-09 ]
    crm remove V-1 >/dev/null
    [ "$(dates beta)" = 2026-06-10,, ]
}

@test "a merge brings the visits along" {
    crm add Beta --since 2025-08-08 >/dev/null
    add_visit beta --channel phone --at 2026-02-10
    crm merge beta acme >/dev/null
    [ "$(dates acme)" = 2027-02-10,2026-02-10, ]
}

@test "plan, done, skip" {
    call crm visit add acme --planned-on tomorrow --channel face --fields number,planned_on,done_at,status
    expect 0 '{"number":"V-1","planned_on":"2026-03-03","done_at":null,"status":"planned"}' ""
    [ "$(dates acme)" = 2026-06-10,, ]
    export CRM_NOW=2026-03-03T15:00:00+08:00
    call crm visit "done" V-1 --minutes 40 --outcome 4 --fields number,done_at,minutes,status
    expect 0 '{"number":"V-1","done_at":"2026-03-03T15:00:00+08:00","minutes":40,"status":"done"}' ""
    [ "$(dates acme)" = 2027-03-03,2026-03-03, ]
    call crm visit "done" V-1
    expect 4 "" $'crm: the visit V-1 is done already\nhint: change it with: crm edit V-1'
    call crm visit skip V-1 --reason x
    expect 4 ""
    add_visit acme --planned-on 2026-03-05
    call crm visit "done" V-2
    expect 3 "" $'crm: visit: \'channel\' is missing\nhint: say how you met, one of \'channels\' in policy.yaml: --channel phone'
    call crm visit skip V-2 --reason "away" --fields number,status,reason
    expect 0 '{"number":"V-2","status":"cancelled","reason":"away"}' ""
    add_visit acme --planned-on 2026-03-05
    call crm --now 2026-03-06T09:00 visit skip V-3 --reason "forgot" --fields status
    expect 0 '{"status":"missed"}' ""
    call crm visit skip V-3
    expect 2 ""
}

@test "what makes no sense is refused, and nothing is stored" {
    call crm visit add acme
    expect 3 "" $'crm: visit: \'channel\' is missing\nhint: say how you met, one of \'channels\' in policy.yaml: --channel phone'
    call crm visit add acme --channel fax
    expect 3 ""
    [[ $err == *"the policy knows no 'fax'"* ]]
    call crm visit add acme --channel face --at 2026-03-02T09:01
    expect 3 "" $'crm: visit: 2026-03-02T09:01:00+08:00 is still to come\nhint: plan it with --planned-on, or look at the clock'
    call crm visit add acme --channel face --next-on yesterday
    expect 3 "" $'crm: visit: the promise 2026-03-01 is before the visit itself\nhint: give a later day, such as --next-on +2w'
    call crm visit add acme --planned-on yesterday
    expect 3 "" $'crm: visit: the day yesterday is over\nhint: a visit that took place is recorded with --at'
    call crm visit add acme --channel face --outcome 6
    expect 3 ""
    call crm visit add nobody --channel face
    expect 1 ""
    crm add Beta >/dev/null
    crm add contact Chen --customer beta >/dev/null
    call crm visit add acme --channel face --contact P-1
    expect 3 "" -
    [[ $err == "crm: visit: the contact P-1 belongs to another customer"* ]]
    add_visit acme --channel face
    call crm edit V-1 --status planned
    expect 3 ""
    [ "$(crm list visit | wc -l)" = 1 ]
    call crm visit due --within 4h
    expect 2 "" $'crm: \'4h\' is no number of days\nhint: write it as 7d, 2w or 1mo'
    call crm visit due --within soon
    expect 2 ""
    call crm visit due --for nobody
    expect 1 ""
}

@test "--dry-run shows the visit and keeps nothing" {
    call crm visit add acme --channel face --dry-run --fields number
    expect 0 '{"number":"V-1"}' -
    [ "$(dates acme)" = 2026-06-10,, ]
    [ -z "$(crm list visit)" ]
}

@test "a changed cadence is noticed, and all dates follow" {
    crm visit due >/dev/null
    sed -i 's/C: {every: 12mo,/C: {every: 1mo, grace: 3d,/; s/ minutes: 15, grace: 14d}/ minutes: 15}/' \
        .crm/policy.yaml
    call crm visit due --dry-run --fields due,state
    expect 0 '{"due":"2025-07-10","state":"overdue"}' -
    call crm visit due --fields due,state
    expect 0 '{"due":"2025-07-10","state":"overdue"}' ""
    [ "$(dates acme)" = 2025-07-10,, ]
}

@test "whatever shows a next visit shows it by the policy of today" {
    every() {
        sed -i "s/C: {every: [^,]*,/C: {every: $1,/" .crm/policy.yaml
    }
    every 1mo
    [ "$(dates acme)" = 2025-07-10,, ]
    every 2mo
    [ "$(crm show acme | jq -c '[.next_visit_on, .duties[0].due]')" = '["2025-08-11","2025-08-11"]' ]
    every 3mo
    [ "$(crm list "next_visit_on=2025-09-10" | jq -r .key)" = acme ]
    every 1y
    [ "$(crm report book | jq .visits_due)" = 0 ]
    every 8mo
    [ "$(crm report book | jq .visits_due)" = 1 ]
}

@test "a book that cannot be written is read all the same" {
    need_file "it cannot be written"
    [ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
    crm list >/dev/null
    sed -i "s/C: {every: 12mo,/C: {every: 1mo,/" .crm/policy.yaml
    place=$(mktemp -d) # the test's own directory is nobody's to enter
    cp -R .crm "$place/book"
    chmod -R a+rX "$place"
    other() {
        su -s /bin/sh nobody -c "'$CRM' --book '$place/book' --now $CRM_NOW $*"
    }
    call other list --format csv --fields next_visit_on
    [ "$status" != 126 ] && [ "$status" != 127 ] || skip "nobody cannot run $CRM"
    expect 0 $'next_visit_on\n2026-06-10' ""
    call other show acme --format table
    rm -r "$place"
    expect 0 - -
    [[ $out$err == *"next visits may be out of date: '$place/book/crm.db' cannot be written"* ]]
}

@test "a damaged day list keeps nobody from reading" {
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    echo "{" >.crm/calendars/town-2026.json
    call crm list --format csv --fields key,next_visit_on
    expect 0 $'key,next_visit_on\nacme,2026-06-10' ""
    call crm visit due
    expect 3 "" -
}

@test "reading writes only when dates must be computed anew" {
    crm visit due >/dev/null
    sum=$(query_store 'SELECT count(*) FROM journal' 2>/dev/null) || skip "no sqlite3"
    crm visit due >/dev/null
    crm remind >/dev/null
    crm list >/dev/null
    crm show acme >/dev/null
    [ "$(query_store 'SELECT count(*) FROM journal')" = "$sum" ]
}

@test "an imported day list moves the days of its year" {
    # Harbour Day, Friday 2026-03-06, is off in that list.
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    crm edit acme --since 2025-03-06 >/dev/null
    [ "$(dates acme)" = 2026-03-06,, ]
    [ "$(crm visit due --within 1w | jq -r .due)" = 2026-03-06 ]
    crm calendar import "$LIST" --name town >/dev/null
    # Saturday 2026-03-07 is its make-up day.
    [ "$(crm visit due --within 1w | jq -r .due)" = 2026-03-07 ]
    [ "$(dates acme)" = 2026-03-07,, ]
    # Beyond the list only weekdays are known.
    add_visit acme --channel phone --at 2026-02-27
    [ "$(dates acme)" = 2027-03-01,2026-02-27, ]
}

@test "what a day list says decides, not when its file was written" {
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    crm edit acme --since 2025-03-06 >/dev/null
    crm calendar import "$LIST" --name town >/dev/null
    [ "$(crm visit due --within 1w | jq -r .due)" = 2026-03-07 ]
    list=.crm/calendars/town-2026.json
    touch -d 2001-01-01 "$list"
    before=$(query_store "SELECT setting FROM book_setting WHERE name = 'visit_dates'") || skip "no client of the store"
    crm visit due >/dev/null
    [ "$(query_store "SELECT setting FROM book_setting WHERE name = 'visit_dates'")" = "$before" ]
    # Another make-up day in a file of the same size and time.
    sed -i 's/2026-03-07/2026-03-08/' "$list"
    touch -d 2001-01-01 "$list"
    [ "$(crm visit due --within 1w | jq -r .due)" = 2026-03-08 ]
}

@test "list takes filters of the visit and of the customer" {
    crm add Beta >/dev/null
    add_visit acme --channel face
    add_visit beta --channel phone
    [ "$(crm visit list channel=phone | jq -r .number)" = V-2 ]
    [ "$(crm visit list owner=amy | jq -r .number)" = V-1 ]
}

@test "imported visits and customers keep the dates, and are checked" {
    printf '%s\n' customer,channel,done_at,status,next_on \
        acme,phone,2026-01-12T10:00+08:00,done, acme,email,2026-02-02T10:00+08:00,done,2026-03-09 >v.csv
    crm import v.csv --as visit >/dev/null
    [ "$(dates acme)" = 2027-02-02,2026-02-02,2026-03-09 ]
    printf '%s\n' key,name,since beta,Beta,2025-05-05 gamma,Gamma, >c.csv
    crm import c.csv --as customer >/dev/null
    [ "$(dates beta)" = 2026-05-05,, ]
    [ "$(dates gamma)" = 2027-03-02,, ]
    printf '%s\n' customer,channel,done_at,status acme,phone,2026-03-12T10:00+08:00,done >late.csv
    call crm import late.csv --as visit
    expect 3 "" -
    [[ $err == *"2026-03-12T10:00:00+08:00 is still to come"* ]]
    crm export visit --format csv >out.csv
    call crm import out.csv --as visit
    [ "$(jq -c '[.read, .same, .changed, .added]' <<<"$out")" = "[2,2,0,0]" ]
}

@test "add and done take the policy's own fields" {
    printf 'fields:\n  visit:\n    mood: {label: Mood, type: text}\n' >>.crm/policy.yaml
    call crm visit add acme --channel phone --set mood=merry --fields number,mood
    expect 0 '{"number":"V-1","mood":"merry"}' ""
    add_visit acme --channel phone --planned-on 2026-03-05
    call crm visit done V-2 --set mood=calm --fields number,status,mood
    expect 0 '{"number":"V-2","status":"done","mood":"calm"}' ""
}
