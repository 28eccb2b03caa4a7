# SPDX-License-Identifier: MIT
# crm visit plan: duties spread over working days.

load helper

# Two owners; 10 March is a day off.
setup_test() {
    new_book
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    for year in 2025 2026 2027; do
        echo "{\"year\": $year, \"days\": [{\"name\": \"Fair\", \"date\": \"$year-03-10\", \"isOffDay\": true}]}" >town.json
        crm calendar import town.json --name town >/dev/null
    done
    crm add staff lin --visits-per-day 2 >/dev/null
    crm add staff wu --visits-per-day 1 >/dev/null
}

# customer KEY OWNER CITY SINCE: due twelve months after that
customer() {
    crm add "$1" --owner "$2" --city "$3" --since "$4" >/dev/null
}

@test "no more than each owner can do, nothing on days off, the same plan again" {
    for n in 1 2 3 4 5 6 7 8 9; do
        customer "lin-$n" lin "City $((n % 3))" 2025-03-0$n
        customer "wu-$n" wu Harbour 2025-03-0$n
    done
    crm tier set lin-1 A --reason "first of all" >/dev/null
    call crm visit plan --until 2026-05-29
    [ "$status" = 0 ] && [ -z "$err" ]
    crm visit plan --until 2026-05-29 | cmp - <(printf '%s' "$out")
    [ "$(jq -s 'map(select(.day != null)) | group_by([.owner, .day]) | map({o: .[0].owner, n: length}) |
        map(select((.o == "lin" and .n > 2) or (.o == "wu" and .n > 1))) | length' <<<"$out")" = 0 ]
    [ "$(jq -r 'select(.day == "2026-03-10") | .customer' <<<"$out")" = "" ]
    for day in $(jq -r .day <<<"$out" | sort -u); do
        [ "$(date -d "$day" +%u)" -le 5 ]
    done
    [ "$(jq -r .customer <<<"$out" | sort -u | wc -l)" = 18 ]
}

@test "visits face to face in one city share a day" {
    sed -i 's/C: {every: 12mo, channel: any/C: {every: 12mo, channel: face/' .crm/policy.yaml
    customer a1 lin Harbour 2025-03-16
    customer b1 lin Hill 2025-03-16
    customer a2 lin Harbour 2025-03-20
    call crm visit plan --fields customer,day,state
    [ "$status" = 0 ]
    [ "$(jq -r 'select(.customer != "b1").day' <<<"$out" | sort -u | wc -l)" = 1 ]
    [ "$(jq -r .day <<<"$out" | sort -u | wc -l)" = 2 ]
    [ "$(jq -r .state <<<"$out" | sort -u)" = in_time ]
}

@test "what cannot be planned says why" {
    crm add staff gone --no-active >/dev/null
    crm add staff idle --visits-per-day 0 >/dev/null
    crm add nobody --since 2025-03-05 >/dev/null
    customer left gone Harbour 2025-03-05
    customer never idle Harbour 2025-03-05
    customer old lin Harbour 2024-01-05
    call crm visit plan --fields customer,day,state,why
    expect 0 '{"customer":"old","day":"2026-03-02","state":"late","why":"overdue before the plan begins"}
{"customer":"nobody","day":null,"state":"no_owner","why":"give it one: crm edit nobody --owner STAFF"}
{"customer":"left","day":null,"state":"no_capacity","why":"gone is not active"}
{"customer":"never","day":null,"state":"no_capacity","why":"idle can do 0 a day, and all days are full"}' ""
}

@test "a promise within the time of the visit is kept by it; one outside stands alone" {
    sed -i 's/C: {every: 12mo, channel: any/C: {every: 12mo, channel: phone/' .crm/policy.yaml
    customer acme lin Harbour 2025-03-09
    customer beta lin Harbour 2025-06-01
    for key in acme beta; do
        crm --now 2026-02-20T10:00:00+08:00 visit add $key --channel message --next-on 2026-03-12 >/dev/null
    done
    call crm visit plan --fields customer,day,channel,state
    expect 0 '{"customer":"acme","day":"2026-03-12","channel":"phone","state":"in_time"}
{"customer":"beta","day":"2026-03-12","channel":"any","state":"in_time"}' ""
}

@test "a promise long before the visit is due does not bring it forward, whatever the plan's length" {
    sed -i 's/C: {every: 12mo, channel: any/C: {every: 12mo, channel: phone/' .crm/policy.yaml
    customer beta lin Harbour 2025-06-01
    crm --now 2026-02-20T10:00:00+08:00 visit add beta --channel message --next-on 2026-03-12 >/dev/null
    call crm visit plan --until 2026-06-30 --fields day,channel,due
    expect 0 '{"day":"2026-03-12","channel":"any","due":"2026-03-12"}
{"day":"2026-06-01","channel":"phone","due":"2026-06-01"}' ''
    # Where any channel counts, keeping the promise is the visit.
    sed -i 's/C: {every: 12mo, channel: phone/C: {every: 12mo, channel: any/' .crm/policy.yaml
    crm add acme --owner lin --since 2025-06-01 >/dev/null
    crm --now 2025-06-02T10:00:00+08:00 visit add acme --channel message --next-on 2026-03-13 >/dev/null
    call crm visit plan --until 2026-06-30 --fields day,channel,due key=acme
    expect 0 '{"day":"2026-03-13","channel":"any","due":"2026-03-13"}' ''
}

@test "a planned visit is the answer to what it will satisfy, and to nothing else" {
    sed -i 's/C: {every: 12mo, channel: any/C: {every: 12mo, channel: face/' .crm/policy.yaml
    for key in ring meet open; do
        customer $key lin Harbour 2025-03-09
    done
    crm visit add ring --planned-on 2026-03-09 --channel phone >/dev/null
    crm visit add meet --planned-on 2026-03-09 --channel face >/dev/null
    crm visit add open --planned-on 2026-03-11 >/dev/null
    [ "$(crm visit plan --fields customer,channel)" = '{"customer":"ring","channel":"face"}' ]
    # A promise is kept by any contact that is not later.
    for key in early late; do
        customer $key wu Harbour 2026-01-01
        crm --now 2026-02-20T10:00:00+08:00 visit add $key --channel phone --next-on 2026-03-12 >/dev/null
    done
    crm visit add early --planned-on 2026-03-11 --channel message >/dev/null
    crm visit add late --planned-on 2026-03-16 --channel face >/dev/null
    [ "$(crm visit plan --for wu --fields customer,day)" = '{"customer":"late","day":"2026-03-12"}' ]
}

@test "saved, it is what is planned, one entry of the journal, and nothing is planned twice" {
    customer acme lin Harbour 2025-03-09
    customer beta wu Harbour 2025-03-09
    plan=$(crm visit plan --fields customer,day)
    [ "$plan" = '{"customer":"acme","day":"2026-03-09"}
{"customer":"beta","day":"2026-03-09"}' ]
    [ "$(crm visit plan --save --dry-run --fields customer,day 2>/dev/null)" = "$plan" ]
    [ -z "$(crm visit list)" ]
    [ "$(crm visit plan --save --fields customer,day)" = "$plan" ]
    [ "$(crm visit list --fields customer,planned_on,staff,status | sort)" = '{"customer":"acme","planned_on":"2026-03-09","staff":"lin","status":"planned"}
{"customer":"beta","planned_on":"2026-03-09","staff":"wu","status":"planned"}' ]
    [ -z "$(crm visit plan)" ]
    # What stands already takes room.
    customer gamma wu Harbour 2025-03-09
    day=$(crm visit plan --fields day)
    [ "$day" != '{"day":"2026-03-09"}' ] && [ -n "$day" ]
    crm undo "$(crm log | jq -r 'select(.command | test("visit plan --save")).entry')" >/dev/null
    [ -z "$(crm visit list)" ]
}

@test "who is visited each week is planned on from the last visit that is planned already" {
    crm add acme --owner lin --since 2026-02-23 --visit-every 1w >/dev/null
    sed -i 's/^  ahead: 14d/  ahead: 0d/; s/C: {every: 12mo, channel: any, minutes: 15, grace: 14d}/C: {every: 12mo, grace: 0d}/' .crm/policy.yaml
    whole=$(crm visit plan --until 2026-04-19 --fields day,due)
    [ "$(wc -l <<<"$whole")" = 7 ]
    crm visit plan --until 2026-03-22 --save --fields day,due >first
    [ "$(wc -l <first)" = 3 ]
    [ -z "$(crm visit plan --until 2026-03-22)" ]
    [ "$(cat first && crm visit plan --until 2026-04-19 --fields day,due)" = "$whole" ]
    crm --now 2026-03-03T09:00:00+08:00 visit plan --until 2026-04-19 --save --fields day,due >second
    [ "$(cat first second)" = "$whole" ]
    [ -z "$(crm visit plan --until 2026-04-19)" ]
}

@test "only one owner's; days that make no plan are refused" {
    customer acme lin Harbour 2025-03-09
    customer beta wu Harbour 2025-03-09
    [ "$(crm visit plan --for wu --fields customer)" = '{"customer":"beta"}' ]
    [ "$(crm visit plan city=Harbour key=acme --fields customer)" = '{"customer":"acme"}' ]
    call crm visit plan --until 2026-03-01
    expect 3 "" "crm: visit plan: '2026-03-01' is not within the year to come
hint: give a day such as --until +13w"
    call crm visit plan --until 2027-03-20
    expect 3 ""
    call crm visit plan --for nobody
    expect 1 ""
}

@test "it ends where the official days end" {
    sed -i 's/holidays: town/holidays: none/' .crm/policy.yaml
    customer acme lin Harbour 2025-03-09
    call crm visit plan
    expect 3 ""
    [[ $err == *"calendar unknown after"* || $err == *"calendar import"* ]]
}

@test "duties of one day are spread evenly over the days before and after it" {
    sed -i 's/grace: 14d/grace: 2w/' .crm/policy.yaml
    crm edit staff lin --visits-per-day 9 >/dev/null
    { echo key,name,owner,since && for n in $(seq 60); do echo "c$n,c$n,lin,2025-03-23"; done; } >c.csv
    crm import c.csv --as customer --key key >/dev/null
    # Due Monday, March 23: from March 9 to April 6, but for the day off; twenty days, three each.
    [ "$(crm visit plan --until 2026-04-30 --fields day | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c |
        tr -s ' ')" = " 20 3" ]
}

# check_plan FILE DAYLIST CAPACITY: nobody has more than that in a day, everything stands on a working
# day of the official list, and who got no day is told why and had no earlier claim.
check_plan() {
    jq -rs 'map(select(.day != null)) | group_by([.owner, .day])[] | length' "$1" | sort -rn | head -1 | grep -qx "$3"
    jq -r 'select(.day != null).day' "$1" | sort -u >days
    jq -r '.days[] | select(.isOffDay).date' "$2" | sort >off
    jq -r '.days[] | select(.isOffDay | not).date' "$2" | sort >make-up
    [ -z "$(comm -12 days off)" ]
    while read -r day; do
        [ "$(date -d "$day" +%u)" -le 5 ] || echo "$day"
    done <days >weekend
    [ -s weekend ] && diff weekend <(comm -12 days make-up)
    [ -z "$(jq -c 'select(.day == null and .why == null)' "$1")" ]
    # Earliest due and highest tier first: of one owner all that got a day was due before what did not.
    jq -s 'group_by(.owner)[] | (map(select(.day == null) | [.due, .tier, .customer]) | min) as $first |
        select($first != null) | map(select(.day != null and [.due, .tier, .customer] > $first and
            .due < "'"$4"'")) | length' "$1" | (! grep -vx 0)
}

# The customers of a real export, each looked after by one of six.
real_book() {
    need_shared
    crm import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    for region in 华东 中南 东北 华北 西南 西北; do
        crm add staff $region --visits-per-day "$1" >/dev/null
    done
    sed -i 's/^    holidays: town$/    holidays: cn/' .crm/policy.yaml
    crm list customer --fields key,region --format csv | sed '1s/.*/key,owner/' >owners.csv
    crm import owners.csv --as customer --key key >/dev/null
}

@test "790 customers, 13 weeks, six owners, the days off of 2018" {
    real_book 3
    export CRM_NOW=2018-01-02T09:00:00+08:00
    crm calendar import "$TESTS/data/daylist-2018.json" --name cn >/dev/null
    crm tier apply >/dev/null
    crm visit plan --until +13w >one
    crm visit plan --until +13w | cmp - one
    check_plan one "$TESTS/data/daylist-2018.json" 3 2018-01-02
    [ "$(jq -r .customer one | sort -u | wc -l)" = "$(crm list customer "next_visit_on<=2018-04-03" | wc -l)" ]
    [ "$(wc -l <days)" -le 63 ]
    [ "$(jq -s 'map(select(.state == "no_capacity")) | length' one)" -gt 0 ]
    # With a day for everybody, everybody has one; and in another book the same bytes.
    for region in 华东 中南 东北 华北 西南 西北; do
        crm edit staff $region --visits-per-day 6 >/dev/null
    done
    crm visit plan --until +13w >two
    check_plan two "$TESTS/data/daylist-2018.json" 6 2018-01-02
    [ -z "$(jq -r 'select(.day == null).customer' two)" ]
    crm backup book.tar >/dev/null
    crm restore book.tar elsewhere >/dev/null
    crm --book elsewhere visit plan --until +13w | cmp - two
}

@test "790 customers, 13 weeks over the Spring Festival of the official list of 2026" {
    real_book 4
    list=$SHARED/holiday-cn/2026.json
    [ -f "$list" ] || skip "$list is not here"
    export CRM_NOW=2026-02-02T09:00:00+08:00
    crm calendar import "$list" --name cn >/dev/null
    crm visit plan --until +13w >one
    crm visit plan --until +13w | cmp - one
    check_plan one "$list" 4 2026-02-02
    [ "$(jq -r .customer one | sort -u | wc -l)" = 790 ]
    # Written as planned visits it is the same plan, which leaves nothing to plan but what had no day.
    crm visit plan --until +13w --save >saved
    cmp one saved
    [ "$(crm visit list status=planned | wc -l)" = "$(jq -s 'map(select(.day != null)) | length' one)" ]
    [ "$(crm visit plan --until +13w | jq -r 'select(.day != null).customer' | wc -l)" = 0 ]
}
