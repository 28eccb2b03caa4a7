# SPDX-License-Identifier: MIT
# crm remind: surveys to ask, tiers to review, and the hours in which nothing is given. Now is Monday
# 2026-03-02, 09:00 +08:00.

# The helper sets these.
# shellcheck disable=SC2154
load helper

# No visits are due, and nobody is told of limits.
setup_test() {
    new_book .crm
    sed '/^    - {at: /d; s/^  escalation:.*/  escalation: []/' .crm/policy.yaml >policy.new
    cp policy.new .crm/policy.yaml
    crm add staff "Amy" --login amy >/dev/null
    crm add staff "Bob" --login bob >/dev/null
}

# ask RULE…: when customers are to be asked, by the book's policy from now on.
ask() {
    sed '/^  ask:/,$d; s/^  # ask:.*/  ask:/; /^  #   - {/d' .crm/policy.yaml >policy.new
    sed -i '/^# Reminders/,$d; /^  ask:/d' policy.new
    printf '  ask:\n' >>policy.new
    printf '    - %s\n' "$@" >>policy.new
    cp policy.new .crm/policy.yaml
}

# reminders LINE…: that section of the policy.
reminders() {
    printf 'reminders:\n' >>.crm/policy.yaml
    printf '  %s\n' "$@" >>.crm/policy.yaml
}

of_kind() {
    crm "${@:2}" | jq -r "select(.kind == \"$1\") | .id + \" \" + .state"
}

answer() {
    crm --now "$2T10:00:00+08:00" survey ask nps "$1" --answer recommend=9 --force >/dev/null
}

# ---- Surveys ----

@test "nobody is to be asked unless the policy says when" {
    crm add Acme --since 2020-01-15 >/dev/null
    [ -z "$(of_kind survey remind --within 10y)" ]
}

@test "by time: so long after the last answer, or after the relation began" {
    ask '{every: 6mo}'
    crm add Acme --since 2025-09-02 --owner amy >/dev/null
    crm add Beta --since 2025-09-03 --owner bob >/dev/null
    crm add Old --since 2020-01-01 --owner bob >/dev/null
    answer old 2025-08-15
    crm add Nobody --status prospect --since 2020-01-01 >/dev/null
    crm add Gone --status lost --lost-on 2025-01-01 --since 2020-01-01 >/dev/null
    [ "$(of_kind survey remind)" = "survey:3:2026-02-15 due
survey:1:2026-03-02 due" ]
    [ "$(of_kind survey remind --for amy)" = "survey:1:2026-03-02 due" ]
    [ "$(of_kind survey remind name=Old)" = "survey:3:2026-02-15 due" ]
    [ "$(of_kind survey remind --within 1d | tail -1)" = "survey:2:2026-03-03 due" ]
    call crm remind name=Old
    [ "$(jq -c 'select(.kind == "survey") | [.customer, .due, .late, .unit, .owner, .why]' <<<"$out")" = '["old","2026-02-15",15,"days","bob","asked every 6mo, last on 2025-08-15"]' ]
    [ "$(crm remind name=Acme | jq -r 'select(.kind == "survey") | .why')" = "asked every 6mo, never since 2025-09-02" ]
    # Who has answered is asked again half a year later.
    answer old 2026-03-02
    [ "$(of_kind survey remind name=Old)" = "" ]
    [ "$(of_kind survey --now 2026-09-02T09:00 remind name=Old)" = "survey:3:2026-09-02 due" ]
}

@test "by time: a rule for the tier goes before one for any, and min_days before both" {
    ask '{every: 12mo}' '{tier: A, every: 1mo, survey: nps}'
    crm add Acme --since 2020-01-01 >/dev/null
    crm add Beta --since 2020-01-01 >/dev/null
    crm tier set acme A --reason test >/dev/null
    crm tier set beta B --reason test >/dev/null
    answer acme 2026-01-10
    answer beta 2026-01-10
    # A month later is too soon: 90 days.
    [ -z "$(of_kind survey --now 2026-04-09T09:00 remind)" ]
    [ "$(of_kind survey --now 2026-04-10T09:00 remind)" = "survey:1:2026-04-10 due" ]
    [ "$(crm --now 2026-04-10T09:00 remind acme | jq -r 'select(.kind == "survey") | .why')" = "asked every 1mo, last on 2026-01-10; survey nps" ]
    [ "$(of_kind survey --now 2027-01-10T09:00 remind | tail -1)" = "survey:2:2027-01-10 due" ]
}

@test "by time: the day is kept with the customer, whatever moves it" {
    next() { crm list --fields key,next_survey_on --format csv | sed 1d | paste -sd' '; }
    printf 'key,name,since\nold,Old,2020-01-01\nnew,New,2026-02-02\nnone,None,\n' >some.csv
    crm import some.csv --as customer >/dev/null
    [ "$(next)" = "old, new, none," ]
    ask '{every: 6mo}' '{tier: A, every: 1mo}'
    [ "$(next)" = "old,2020-07-01 new,2026-08-02 none," ]
    crm tier set new A --reason test >/dev/null
    crm edit old --since 2020-02-01 >/dev/null
    crm add Third --since 2025-12-01 >/dev/null
    [ "$(next)" = "old,2020-08-01 new,2026-03-02 none, third,2026-06-01" ]
    # An answer, by hand, by a file, taken back, and gone with a merge.
    answer old 2026-02-15
    printf 'customer,date,recommend\nnew,2026-02-20,9\nthird,2026-02-21,7\n' >answers.csv
    crm survey import nps answers.csv >/dev/null
    [ "$(next)" = "old,2026-08-15 new,2026-05-21 none, third,2026-08-21" ]
    crm undo >/dev/null
    [ "$(next)" = "old,2026-08-15 new,2026-03-02 none, third,2026-06-01" ]
    crm merge third old >/dev/null
    crm edit new --status prospect >/dev/null
    [ "$(next)" = "old,2026-08-15 new, none," ]
    # The first order begins a relation.
    printf 'number,ordered_on,customer\nO1,2026-01-31,none\n' >orders.csv
    crm import orders.csv --as order >/dev/null
    crm add line --order-ref O1 --amount 5 >/dev/null
    [ "$(next)" = "old,2026-08-15 new, none,2026-07-31" ]
    crm check --format csv | grep -v '^summary\|earlier than the entry before' >said || true
    [ "$(wc -l <said)" = 1 ]
    [ "$(crm remind --within 1y | jq -r 'select(.kind == "survey").id' | sort | paste -sd' ')" = \
        "survey:1:2026-08-15 survey:3:2026-07-31" ]
    # What somebody wrote past crm is found, and mended.
    query_store "UPDATE customer SET next_survey_on = '2030-01-01' WHERE id = 2"
    crm check >said || true
    grep -q next_survey_on said
    crm check --repair >/dev/null || true
    [ "$(next)" = "old,2026-08-15 new, none,2026-07-31" ]
    sed '/^  ask:/,$d' .crm/policy.yaml >policy.new
    cp policy.new .crm/policy.yaml
    [ "$(next)" = "old, new, none," ]
}

@test "a reason that comes later is not given because an earlier one was given before" {
    ask '{every: 6mo}' '{after: visit, within: 30d}'
    crm add Acme --since 2025-08-20 >/dev/null
    [ "$(of_kind survey remind --new)" = "survey:1:2026-02-20 due" ]
    crm visit add acme --channel phone --at 2026-02-25T10:00 >/dev/null
    [ "$(of_kind survey remind)" = "survey:1:2026-02-20 due" ]
    [ -z "$(of_kind survey remind --new)" ]
    # One that comes earlier is.
    crm visit add acme --channel phone --at 2026-02-15T10:00 >/dev/null
    [ "$(of_kind survey remind --new)" = "survey:1:2026-02-15 due" ]
}

@test "after a complaint or a visit, as long as it is worth asking, once a customer" {
    ask '{after: complaint, within: 7d, survey: csat}' '{after: visit, within: 3d}'
    crm add Acme --since 2026-02-01 --owner amy >/dev/null
    crm complain add acme "wet" --at 2026-02-20T10:00 >/dev/null
    [ -z "$(of_kind survey remind)" ]
    crm complain resolve C-1 --at 2026-02-25T16:00 --cause other --solution "dried" >/dev/null
    crm visit add acme --channel phone --at 2026-02-28T10:00 >/dev/null
    [ "$(of_kind survey remind)" = "survey:1:2026-02-25 due" ]
    [ "$(crm remind | jq -r 'select(.kind == "survey") | .why')" = "C-1 was resolved on 2026-02-25; survey csat" ]
    # Eight days after the complaint the visit is left; four days after the visit, nothing.
    crm visit add acme --channel phone --at 2026-03-02T08:00 >/dev/null
    [ "$(crm --now 2026-03-05T09:00 remind | jq -r 'select(.kind == "survey") | .why')" = "V-2 took place on 2026-03-02" ]
    [ -z "$(of_kind survey --now 2026-03-06T09:00 remind)" ]
    answer acme 2026-03-02
    [ -z "$(of_kind survey remind)" ]
    # Asked a month ago: not asked again so soon, and then it is too late.
    crm visit add acme --channel phone --at 2026-03-02T08:30 >/dev/null
    [ -z "$(of_kind survey remind --within 1y)" ]
}

@test "what was given of every kind is sound to crm check" {
    ask '{every: 6mo}'
    sed -i 's/^  # review_every: [^ ]*/  review_every: 1mo/' .crm/policy.yaml
    sed '/^    - {at: /d; s/^  escalation:.*/  escalation: [{at: 50, tell: bob}]/' .crm/policy.yaml >policy.new
    cp policy.new .crm/policy.yaml
    crm add Acme --since 2024-08-01 --owner amy >/dev/null
    crm tier set acme A --reason "new plant" --until 2026-03-16 >/dev/null
    crm complain add acme "wet" --at 2026-02-20T10:00 >/dev/null
    [ "$(crm remind --new | jq -r .kind | sort -u | tr '\n' ' ')" = "complaint_resolution complaint_response escalation survey tier_review visit " ]
    call crm check
    [ "$status" = 0 ]
}

@test "--new tells once that somebody is to be asked" {
    ask '{every: 6mo}'
    crm add Acme --since 2025-08-01 >/dev/null
    [ "$(of_kind survey remind --new)" = "survey:1:2026-02-01 due" ]
    [ -z "$(of_kind survey remind --new)" ]
    answer acme 2026-03-02
    [ "$(of_kind survey --now 2026-12-02T09:00 remind --new)" = "survey:1:2026-09-02 due" ]
}

# ---- Tiers ----

@test "a tier set by hand is told of before its end, and after it" {
    crm add Acme --since 2026-02-01 --owner amy >/dev/null
    crm add Beta --since 2026-02-01 --owner bob >/dev/null
    crm tier set acme A --reason "new plant" --until 2026-03-16 >/dev/null
    crm tier set beta A --reason "for good" >/dev/null
    [ "$(of_kind tier_review remind)" = "pin:1:2026-03-16:abc due" ]
    [ -z "$(of_kind tier_review --now 2026-03-01T09:00 remind)" ]
    [ "$(of_kind tier_review --now 2026-03-01T09:00 remind --within 1d)" = "pin:1:2026-03-16:abc due" ]
    [ -z "$(of_kind tier_review remind --for bob)" ]
    [ "$(of_kind tier_review --now 2026-03-17T09:00 remind --for amy)" = "pin:1:2026-03-16:abc overdue" ]
    [ "$(crm remind acme | jq -r 'select(.kind == "tier_review") | .why')" = "tier A of abc was set by hand until 2026-03-16: new plant" ]
    # Pinned anew, or left to evaluations: it is over.
    crm tier set acme A --reason "longer" --until 2026-12-31 >/dev/null
    [ -z "$(of_kind tier_review remind)" ]
    crm tier set acme A --reason "shorter" --until 2026-03-10 >/dev/null
    crm --now 2026-03-11T09:00 tier apply >/dev/null
    [ -z "$(of_kind tier_review --now 2026-03-11T09:00 remind)" ]
}

@test "an evaluation that is not run is told of where the policy wants it" {
    crm add Acme --since 2026-02-01 --owner amy >/dev/null
    [ -z "$(of_kind tier_review remind)" ]
    sed -i 's/^  # review_every: [^ ]*/  review_every: 1mo/' .crm/policy.yaml
    [ "$(of_kind tier_review remind)" = "evaluate:abc:never due" ]
    [ -z "$(of_kind tier_review remind --for amy)" ]
    [ -z "$(of_kind tier_review remind acme)" ]
    crm --now 2026-03-02T09:00:00+08:00 tier apply >/dev/null
    [ -z "$(of_kind tier_review remind)" ]
    [ "$(of_kind tier_review --now 2026-04-03T09:00 remind)" = "evaluate:abc:2026-04-02 overdue" ]
    # What is done by hand is none.
    crm --now 2026-04-03T08:00 tier set acme A --reason "key account" >/dev/null
    crm --now 2026-04-03T08:00 tier unset acme >/dev/null
    [ "$(of_kind tier_review --now 2026-04-03T09:00 remind)" = "evaluate:abc:2026-04-02 overdue" ]
    crm --now 2026-04-03T08:00 undo >/dev/null
    crm --now 2026-04-03T08:00 undo "$(query_store 'SELECT max(id) - 2 FROM journal')" >/dev/null
    # One that changes nothing is one: its day is noted, once, and there is no entry to undo.
    entries=$(crm log --format jsonl | wc -l)
    crm --now 2026-04-03T09:00 tier apply >/dev/null
    [ -z "$(of_kind tier_review --now 2026-05-02T09:00 remind)" ]
    [ "$(of_kind tier_review --now 2026-05-03T09:00 remind)" = "evaluate:abc:2026-05-03 due" ]
    state=$(book_state)
    crm --now 2026-04-03T10:00 tier apply >/dev/null
    [ "$(book_state)" = "$state" ]
    [ "$(crm log --format jsonl | wc -l)" = "$entries" ]
    call crm check
    [ "$status" = 0 ]
}

# ---- Quiet hours and working days ----

# An overdue visit, a limit at risk and one breached.
busy_book() {
    crm add Acme --since 2024-01-15 --owner amy >/dev/null
    crm complain add acme "late again" --severity low --at 2026-02-27T10:00 >/dev/null
    crm complain add acme "no power" --severity critical --at 2026-02-27T10:00 >/dev/null
}

new_at() {
    crm --now "$1+08:00" remind --new --fields kind --format csv "${@:2}" | tail -n +2 | sort | tr '\n' ' '
}

@test "in quiet hours --new keeps everything for later, and nothing is lost" {
    busy_book
    reminders 'quiet: [22:00-08:00, 12:00-13:00]'
    for time in 2026-03-01T22:00:00 2026-03-01T23:59:59 2026-03-02T00:00:00 2026-03-02T07:59:59; do
        call crm --now "$time+08:00" remind --new
        expect 0 "" ""
        call crm --now "$time+08:00" remind --new --exit-code
        expect 0 "" ""
    done
    # Who looks is shown the list at any time.
    [ "$(crm --now 2026-03-02T03:00:00+08:00 remind | wc -l)" = 4 ]
    [ "$(new_at 2026-03-02T08:00:00)" = "complaint_resolution complaint_response complaint_response visit " ]
    call crm remind --new
    expect 0 "" ""
}

@test "what is urgent comes at any time where the policy wants it" {
    busy_book
    reminders 'quiet: [18:00-09:00]' 'urgent: always'
    [ "$(new_at 2026-03-02T08:00:00)" = "complaint_resolution complaint_response " ]
    [ "$(new_at 2026-03-02T08:30:00)" = "" ]
    [ "$(new_at 2026-03-02T09:00:00)" = "complaint_response visit " ]
}

@test "on days off nothing is given, on make-up days it is" {
    need_shared
    crm calendar import "$SHARED/holiday-cn/2026.json" >/dev/null
    sed -i 's/^    # holidays: cn/    holidays: cn/' .crm/policy.yaml
    reminders 'working_days: yes'
    crm add Acme --since 2024-01-15 >/dev/null
    # The Spring Festival ends on the 23rd of February; Saturday the 28th is worked.
    [ -z "$(new_at 2026-02-20T09:00:00)" ]
    [ -z "$(new_at 2026-02-22T09:00:00)" ]
    [ -z "$(new_at 2026-03-01T09:00:00)" ]
    [ "$(new_at 2026-02-28T09:00:00 --dry-run)" = "visit " ]
    [ "$(new_at 2026-02-24T00:00:00 --dry-run)" = "visit " ]
    # Beyond the last list nothing is kept for ever.
    [ "$(new_at 2030-03-02T09:00:00)" = "visit " ]
}

@test "a terminal is told what is kept for later, and until when" {
    command -v script >/dev/null || skip "no script"
    busy_book
    reminders 'quiet: [18:00-08:30]' 'working_days: yes'
    run script -qec "$CRM --now 2026-02-27T19:00:00+08:00 remind --new" /dev/null
    [[ $output == "crm: kept for later: "*", from 2026-03-02T08:30 on"* ]]
    run script -qec "$CRM --now 2026-02-27T19:00:00+08:00 -q remind --new" /dev/null
    [ -z "$output" ]
}

@test "quiet hours that leave no time, or are none, are refused" {
    reminders 'quiet: [08:00-08:00, 00:00-24:00, 9-10]'
    call crm policy check --format csv --fields key,message
    expect 3 "key,message
reminders.quiet[1],'08:00-08:00' leaves no time of the day
reminders.quiet[2],'00:00-24:00' leaves no time of the day
reminders.quiet[3],'9-10' is no interval of a day" -
}

@test "rules of surveys that contradict themselves are refused" {
    ask '{tier: A}' '{after: visit, every: 6mo}' '{every: 6mo, within: 3d}' '{every: 0d}'
    call crm policy check --format csv --fields key,message
    expect 3 "key,message
surveys.ask[1],the key 'every' is missing
surveys.ask[2].every,holds for 'after: time' only
surveys.ask[3].within,holds after a complaint or a visit only
surveys.ask[4].every,an interval of 0 would ask for ever" -
}
