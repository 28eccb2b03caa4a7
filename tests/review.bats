# SPDX-License-Identifier: MIT
# crm visit review: what became of visits. Every figure is computed a second time, by other means.

load helper

setup_test() {
    new_book
    crm add staff lin >/dev/null
    crm add staff wu >/dev/null
    crm add acme --owner lin --since 2024-01-01 >/dev/null
    crm add beta --owner wu --since 2024-01-01 >/dev/null
}

# The columns after the group of the one row.
figures() {
    crm visit review --by tier --format csv --fields "$@" | tail -1
}

at() {
    crm --now "$1T10:00:00+08:00" "${@:2}" >/dev/null
}

order() { # NUMBER CUSTOMER DAY AMOUNT
    crm add order "$1" --customer "$2" --ordered-on "$3" >/dev/null
    crm add line --order-ref "$1" --amount "$4" >/dev/null
}

@test "planned visits: on time by their day, late after it, missed when it is over" {
    for day in 05 06 09 10 11 12; do
        at 2026-01-02 visit add acme --planned-on "2026-01-$day" --channel phone
    done
    at 2026-01-05 visit "done" V-1
    at 2026-01-05 visit "done" V-2 # a day early
    at 2026-01-10 visit "done" V-3 # a day late
    at 2026-01-10 visit skip V-4 --reason "away"
    at 2026-01-12 visit skip V-5 --reason "forgotten"
    at 2026-02-01 visit add acme --channel phone
    crm visit add acme --planned-on tomorrow --channel phone >/dev/null
    # V-4 is cancelled; V-6 is planned still, on a day that is over.
    [ "$(figures planned,on_time,late,missed,to_come,on_time_share,done)" = 5,2,1,2,0,40.0,4 ]
    [ "$(crm visit review --to tomorrow --format csv --fields planned,to_come | tail -1)" = 6,1 ]
    # By the day it was done: the late one counts on the tenth.
    call crm visit review --from 2026-01-10 --to 2026-01-10 --fields planned,late,done
    expect 0 '{"planned":1,"late":1,"done":1}' ""
}

@test "the day is that of the book's time zone" {
    at 2026-01-02 visit add acme --planned-on 2026-01-05 --channel phone
    crm visit "done" V-1 --at 2026-01-05T23:30:00+08:00 >/dev/null
    at 2026-01-02 visit add acme --planned-on 2026-01-05 --channel phone
    crm visit "done" V-2 --at 2026-01-06T00:30:00+08:00 >/dev/null
    [ "$(figures on_time,late)" = 1,1 ]
}

@test "a promise is kept by the next contact, if that is not later" {
    at 2026-01-05 visit add acme --channel phone --next-on 2026-01-09
    at 2026-01-09 visit add acme --channel email --next-on 2026-01-12
    at 2026-01-13 visit add acme --channel phone --next-on 2026-03-01
    at 2026-01-05 visit add beta --channel phone --next-on 2026-03-02
    # Kept; broken; never kept; its day is not over.
    [ "$(figures promises,kept,broken,kept_share)" = 4,1,2,33.3 ]
}

@test "problems are solved where a solution is given; the outcome is a mean of those rated" {
    crm visit add acme --channel phone --problem "late truck" --solution "another" --outcome 4 >/dev/null
    crm visit add acme --channel phone --problem "price" --outcome 1 >/dev/null
    crm visit add acme --channel phone --solution "nothing was wrong" >/dev/null
    [ "$(figures problems,solved,solved_share,outcome,rated)" = 2,1,50.0,2.50,2 ]
}

@test "orders after a visit against as many days before it, the day of the visit among those after" {
    order before-out acme 2025-11-01 1
    order before-in acme 2025-11-02 20
    order eve acme 2025-12-31 300
    order day acme 2026-01-01 4000
    order after-in acme 2026-03-01 50000
    order after-out acme 2026-03-02 600000
    order void acme 2026-01-02 7
    order other beta 2026-01-02 8
    crm edit order void --status cancelled >/dev/null
    at 2026-01-01 visit add acme --channel phone
    [ "$(figures compared,orders_before,orders_after,revenue_before,revenue_after,revenue_change,currency,window)" = \
        1,2,2,320,54000,16775.0,CNY,60 ]
    # Two days ago the sixty days were not over, and nothing can be said.
    [ "$(CRM_NOW=2026-03-01T23:59:59+08:00 figures compared,revenue_before,revenue_after)" = 0,, ]
    [ "$(crm visit review --window 1d --format csv --fields revenue_before,revenue_after,window | tail -1)" = 300,4000,1 ]
    [ "$(crm visit review --window 2w --format csv --fields revenue_before,revenue_after,window | tail -1)" = 300,4000,14 ]
    # A second visit looks at the same orders from another day.
    at 2026-01-02 visit add acme --channel phone
    [ "$(figures compared)" = 1 ]
    [ "$(CRM_NOW=2026-03-03T09:00:00+08:00 figures compared,revenue_before,revenue_after)" = 2,4620,704000 ]
}

@test "an order with lines on several days is one order" {
    order twice acme 2025-12-30 10
    crm add line --order-ref twice --amount 5 --ordered-on 2025-12-31 >/dev/null
    crm add line --order-ref twice --amount 3 --ordered-on 2026-01-01 >/dev/null
    crm add line --order-ref twice --amount=-1 --ordered-on 2026-01-01 >/dev/null
    at 2026-01-01 visit add acme --channel phone
    [ "$(figures orders_before,orders_after,revenue_before,revenue_after)" = 1,1,15,2 ]
}

@test "currencies are never added up" {
    order yuan acme 2025-12-30 10
    crm add order euro --customer acme --ordered-on 2026-01-03 --currency EUR >/dev/null
    crm add line --order-ref euro --amount 5 >/dev/null
    at 2026-01-01 visit add acme --channel phone
    [ "$(figures orders_before,orders_after,revenue_before,revenue_after,revenue_change,currency)" = 1,1,,,, ]
}

@test "by tier, channel, owner, staff, customer, segment and month; filters; what has none is last" {
    crm tier set acme A --reason test >/dev/null
    at 2026-01-31 visit add acme --channel face --staff wu
    at 2026-02-01 visit add beta --channel phone
    at 2026-02-02 visit add beta --planned-on 2026-02-03
    for by in tier:A,null channel:face,phone,null owner:lin,wu staff:wu customer:acme,beta segment:null \
        month:2026-01,2026-02; do
        [ "$(crm visit review --by "${by%%:*}" | jq -r "[.[]][0] // \"null\"" | paste -sd,)" = "${by#*:}" ]
    done
    call crm visit review owner=wu --by customer,channel --fields customer,channel,planned,done
    expect 0 '{"customer":"beta","channel":"phone","planned":0,"done":1}
{"customer":"beta","channel":null,"planned":1,"done":0}' ""
    cmp <(crm visit review --by owner --window 5d) <(crm report review --by owner --window 5d)
}

@test "the period, the definition and few are said; the period is the one asked for" {
    at 2026-02-01 visit add acme --channel phone --problem x
    call crm visit review --since 2026-02-01 --format table
    expect 0 - ""
    [[ $out == *"From 2026-02-01"*"To 2026-03-02"*"A promise is kept by the next contact"* ]]
    [[ $out == *"Days before and after 60"* ]]
    [ "$(figures few)" = yes ]
    crm edit V-1 --problem "" >/dev/null
    [ "$(figures few)" = no ] # no share at all
    [ -z "$(crm visit review --from 2026-02-02)" ]
    [ -z "$(crm visit review --from 2026-01-01 --to 2026-01-31)" ]
}

@test "what cannot be asked is refused" {
    call crm visit review --since 2026-01-01 --to today
    expect 2 "" "crm: --since goes without --from and --to
hint: give --from and --to for another period"
    call crm visit review --window 3mo
    expect 2 "" "crm: '3mo' is no number of days from 1 to 366
hint: write it as 60d or 8w"
    call crm visit review --window 0d
    expect 2 ""
    call crm visit review --window 367d
    expect 2 ""
    call crm visit review --window soon
    expect 2 ""
    call crm report visits --window 30d
    expect 2 "" "crm: the report 'visits' has no --window
hint: leave it out"
    call crm visit review --by wether
    expect 2 ""
    [[ $err == *"choose one of tier, channel, owner, staff, customer, segment, month"* ]]
}

# ---- A year and a half of visits to the customers of a real export ----

# N visits to customers of keys.txt, on days and with results that depend on N alone.
generate_visits() {
    awk -v n="$1" '
        function random(below) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % below }
        function day(d) { return strftime("%Y-%m-%d", 1464739200 + d * 86400, 1) }
        { keys[NR] = $0 }
        END {
            seed = 42
            split("face phone video email message", channels, " ")
            print "external_id,customer,staff,channel,planned_on,done_at,status,next_on,problem,solution,outcome"
            for (i = 1; i <= n; i++) {
                d = random(570); kind = random(10); planned = ""; done = ""; status = "done"
                if (kind < 6) { planned = day(d + random(5) - 2) }
                if (kind == 0) { status = "missed" } else if (kind == 1) { status = "cancelled" }
                else if (kind == 2) { status = "planned" }
                if (status == "done") done = day(d) "T" (random(2) ? "00:10" : "23:50") ":00+08:00"
                printf "x%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n", i, keys[1 + random(NR)], random(2) ? "lin" : "wu",
                    channels[1 + random(5)], planned, done, status,
                    done != "" && random(3) == 0 ? day(d + random(40)) : "",
                    done != "" && random(3) == 0 ? "problem" : "", done != "" && random(2) ? "solution" : "",
                    done != "" && random(4) ? 1 + random(5) : ""
            }
        }' keys.txt
}

# The same figures by SQL over what `crm export` and `crm list` print. GROUP FROM TO WINDOW TODAY
by_sql() {
    sqlite3 -csv :memory: <<END
.import --csv visits.csv visit
.import --csv customers.csv customer
.import --csv lines.csv line
CREATE INDEX l ON line (customer, ordered_on);
CREATE INDEX c ON customer (key);
CREATE TABLE v AS SELECT CAST(substr(number, 3) AS INTEGER) id, v.*, c.tier, c.owner,
    substr(done_at, 1, 10) AS day, julianday(done_at) AS moment,
    CASE WHEN done_at <> '' THEN substr(done_at, 1, 7) ELSE substr(planned_on, 1, 7) END AS month
    FROM visit v JOIN customer c ON c.key = v.customer WHERE status <> 'cancelled';
CREATE INDEX vi ON v (customer, moment);
CREATE TABLE f AS SELECT $1 AS g, v.*,
    (SELECT n.day FROM v n WHERE n.customer = v.customer AND n.day <> '' AND
        (n.moment > v.moment OR n.moment = v.moment AND n.id > v.id) ORDER BY n.moment LIMIT 1) AS next_day,
    day <> '' AND date(day, '+$4 days') <= '$5' AS compared,
    date(day, '-$4 days') AS early, date(day, '+$4 days') AS late
    FROM v WHERE coalesce(nullif(day, ''), planned_on) BETWEEN '$2' AND '$3';
CREATE TABLE o AS SELECT f.id, f.g, l.ordered_on >= f.day AS after, count(DISTINCT l.order_ref) AS orders,
    sum(CAST(round(l.amount * 10000) AS INTEGER)) AS revenue
    FROM f JOIN line l ON l.customer = f.customer AND l.ordered_on >= f.early AND l.ordered_on < f.late
    WHERE f.compared AND l.counted = 'yes' GROUP BY 1, 2, 3;
SELECT g, count(*) FILTER (WHERE planned_on <> ''),
    count(*) FILTER (WHERE planned_on <> '' AND day <> '' AND day <= planned_on),
    count(*) FILTER (WHERE planned_on <> '' AND day > planned_on),
    count(*) FILTER (WHERE day = '' AND (status = 'missed' OR planned_on < '$5')),
    count(*) FILTER (WHERE status = 'planned' AND planned_on >= '$5'),
    count(*) FILTER (WHERE day <> ''),
    count(*) FILTER (WHERE day <> '' AND next_on <> ''),
    count(*) FILTER (WHERE next_on <> '' AND next_day <= next_on),
    count(*) FILTER (WHERE next_on <> '' AND coalesce(next_day > next_on, next_on < '$5')),
    count(*) FILTER (WHERE problem <> ''), count(*) FILTER (WHERE problem <> '' AND solution <> ''),
    printf('%.2f', avg(CASE WHEN outcome <> '' THEN outcome END)), count(*) FILTER (WHERE outcome <> ''),
    sum(compared),
    (SELECT CAST(total(orders) AS INTEGER) FROM o WHERE o.g = f.g AND NOT after), (SELECT CAST(total(orders) AS INTEGER) FROM o WHERE o.g = f.g AND after),
    (SELECT CAST(total(revenue) AS INTEGER) FROM o WHERE o.g = f.g AND NOT after), (SELECT CAST(total(revenue) AS INTEGER) FROM o WHERE o.g = f.g AND after)
    FROM f GROUP BY g ORDER BY g;
END
}

@test "3,000 visits to 790 customers: every figure again by SQL, four ways of grouping" {
    need_shared
    command -v sqlite3 >/dev/null || skip "no sqlite3"
    orders=$SHARED/superstore-cn/orders_utf8.csv
    crm import "$orders" --as order --map superstore-zh >/dev/null
    export CRM_NOW=2018-01-02T09:00:00+08:00
    crm tier apply >/dev/null
    crm list customer --format csv --fields key 'orders>0' | sed 1d >keys.txt
    { echo key,owner && awk '{ print $0 (NR % 2 ? ",lin" : ",wu") }' keys.txt; } >owners.csv
    crm import owners.csv --as customer --key key >/dev/null
    for order in 100 2000 3000; do
        crm edit order "#$order" --status cancelled >/dev/null
    done
    generate_visits 3000 >generated.csv
    crm import generated.csv --as visit >/dev/null
    crm export visit --format csv >visits.csv
    crm list customer --format csv --fields key,tier,owner >customers.csv
    crm list line --format csv --fields customer,ordered_on,order_ref,amount,counted >lines.csv
    [ "$(grep -c ',no$' lines.csv)" -ge 3 ]
    fields=planned,on_time,late,missed,to_come,done,promises,kept,broken,problems,solved,outcome,rated
    fields+=,compared,orders_before,orders_after,revenue_before,revenue_after
    for case in tier:60 channel:60 owner:30 month:14; do
        by=${case%:*} window=${case#*:}
        by_sql "$by" 2016-09-01 2017-12-20 "$window" 2018-01-02 | tr -d '\r' >expected
        [ "$(wc -l <expected)" -ge 2 ]
        crm visit review --by "$by" --from 2016-09-01 --to 2017-12-20 --window "${window}d" --format csv \
            --fields "$by,$fields" | sed 1d |
            awk -F, -v OFS=, '{ $18 = sprintf("%.0f", $18 * 10000); $19 = sprintf("%.0f", $19 * 10000); print }' >got
        diff expected got
    done
}
