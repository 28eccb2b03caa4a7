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

# ---- Every next visit a second time, by other means, whatever was done before ----

# What jq makes of the records: last_visit_on, next_visit_on, promise_on of each customer, by key.
model() {
    crm list customer --fields key,status,tier,since,visit_every,visit_channel,visit_days >customers
    crm list visit --fields number,customer,channel,done_at,next_on >visits
    jq -n -r --slurpfile visits visits --slurpfile lists lists '
        def number: strptime("%Y-%m-%d") | mktime / 86400;
        def iso: . * 86400 | strftime("%Y-%m-%d");
        def length_of(y; m): if m == 2 then (if (y % 4 == 0 and y % 100 != 0) or y % 400 == 0 then 29 else 28 end)
            else [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] end;
        def plus(count; unit): if unit == "d" then . + count elif unit == "w" then . + count * 7
            else (iso | split("-") | map(tonumber)) as [$y, $m, $d] |
                ($y * 12 + $m - 1 + count * (if unit == "y" then 12 else 1 end)) as $months |
                ($months / 12 | floor) as $year | ($months % 12 + 1) as $month |
                ([$d, length_of($year; $month)] | min) as $day |
                ("\($year)-\(100 + $month | tostring[1:])-\(100 + $day | tostring[1:])" | number) end;
        def after(text): (text | capture("(?<n>[0-9]+)(?<u>[a-z]+)")) as {$n, $u} | plus($n | tonumber; $u);
        ($lists | map(.days[]) | map({(.date): .isOffDay}) | add) as $listed |
        def works: iso as $day | if $listed | has($day) then $listed[$day] | not
            else ((. * 86400 | gmtime)[6] | . > 0 and . < 6) end;
        def working: until(works; . + 1);
        ["message", "email", "event", "phone", "video", "face"] as $channels |
        {A: ["3mo", 5], B: ["6mo", 3], C: ["12mo", 0]} as $tiers |
        ($visits | map(select(.done_at != null)) | map(. + {day: (.done_at[0:10] | number),
            at: .done_at, id: (.number[2:] | tonumber)}) | group_by(.customer) |
            map({(.[0].customer): sort_by(.at, .id)}) | add // {}) as $done |
        inputs | . as $c | $tiers[.tier // "C"] as [$every, $channel] |
        (.visit_every // $every) as $every |
        (if .visit_channel then .visit_channel as $own | $channels | index($own) else $channel end) as $least |
        ($done[.key] // []) as $contacts |
        ($contacts | map(select($least == 0 or (.channel as $by | $channels | index($by)) >= $least)) | last) as $last |
        (if .visit_days then
            [(if $last then $last.day + 14 else (.since | number) end) as $from | .visit_days / ", " | .[] as $md |
                (($from | iso[0:4] | tonumber) + (0, 1)) | "\(.)-\($md)" | number | select(. > $from)] | min
         elif $last then $last.day | after($every) else .since | number | after($every) end) as $raw |
        [.key, ($last.day | if . then iso else "" end), (if .status == "lost" then "" else $raw | working | iso end),
            (if .status == "lost" then "" else ($contacts | last | .next_on) // "" end)] | join(",")' customers | sort
}

same_as_model() {
    crm list customer --fields key,last_visit_on,next_visit_on,promise_on --format csv | sed 1d | sort >kept
    model >computed
    [ -s kept ] && diff computed kept
}

# Random records: KIND COUNT SEED
generate() {
    awk -v kind="$1" -v count="$2" -v seed="$3" -v people="${4-1}" '
        function random(below) { return int(rand() * below) }
        function pick(words, list, n) { n = split(words, list, " "); return list[1 + random(n)] }
        function day(from, span) { return strftime("%Y-%m-%d", from * 86400 + random(span) * 86400, 1) }
        BEGIN {
            srand(seed)
            if (kind == "customer") print "key,name,since,status,visit_every,visit_channel,visit_days"
            else if (kind == "tier_change") print "customer,scheme,tier,effective_on,reason"
            else print "external_id,customer,channel,done_at,planned_on,status,next_on"
            for (i = 1; i <= count; i++) if (kind == "customer")
                printf "c%d,c%d,%s,%s,%s,%s,%s\n", i, i, day(19000, 1400), pick("active active prospect dormant lost"),
                    random(4) ? "" : pick("10d 3w 1mo 5mo 1y"), random(4) ? "" : pick("message phone video face"),
                    random(5) ? "" : "\"" day(19000, 365) ", " day(19000, 365) "\""
            else if (kind == "tier_change") printf "c%d,abc,%s,2026-01-05,chance\n", i, pick("A B C")
            else {
                at = 19000 + random(1500); done = random(5)
                printf "v%d,c%d,%s,%s,%s,%s,%s\n", i, 1 + random(people), pick("message email event phone video face"),
                    done ? strftime("%Y-%m-%d", at * 86400, 1) pick("T00:05 T09:00 T23:55") ":00+08:00" : "",
                    done ? "" : day(at, 1), done ? "done" : pick("planned missed cancelled"),
                    done && !random(4) ? day(at, 60) : ""
            }
        }' | sed 's/"20[0-9][0-9]-\([^,]*\), 20[0-9][0-9]-/"\1, /'
}

@test "random histories: every next visit is what a second computation says, and check agrees" {
    seed=${SEED:-$((SRANDOM % 100000))}
    echo "SEED=$seed"
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    RANDOM=$seed
    for year in $(seq 2021 2036); do
        jq -n --argjson year "$year" --argjson seed "$seed" '{year: $year, days: [range(1; 13) as $m | range(1; 29) |
            select((. * 7919 + $m * 104729 + $year * 31 + $seed) % 11 == 0) |
            {name: "x", date: "\($year)-\(100 + $m | tostring[1:])-\(100 + . | tostring[1:])",
             isOffDay: ((. + $m + $seed) % 3 > 0)}]}' >"town-$year.json"
        crm calendar import "town-$year.json" --name town >/dev/null
    done
    cat town-*.json >lists
    crm remove acme >/dev/null
    generate customer 120 "$seed" >customers.csv
    crm import customers.csv --as customer --key key >/dev/null
    generate tier_change 80 $((seed + 2)) >tiers.csv
    crm import tiers.csv --as tier_change >/dev/null
    generate visit 500 $((seed + 1)) 120 >visits.csv
    crm import visits.csv --as visit >/dev/null
    same_as_model
    for _ in $(seq 60); do
        key=c$((RANDOM % 120 + 1)) other=c$((RANDOM % 120 + 1)) visit=V-$((RANDOM % 500 + 1))
        case $((RANDOM % 10)) in
        0) crm visit add "$key" --channel face --at "2026-0$((RANDOM % 2 + 1))-$((RANDOM % 18 + 10))T23:59" ;;
        1) crm edit "$visit" --channel phone ;;
        2) crm remove "$visit" ;;
        3) crm tier set "$key" "$(printf '%s\n' A B C | sed -n "$((RANDOM % 3 + 1))p")" --reason test ;;
        4) crm edit "$key" --status "$(printf '%s\n' active lost dormant | sed -n "$((RANDOM % 3 + 1))p")" ;;
        5) crm edit "$key" --visit-every "$(printf '%s\n' 5d 2mo "" | sed -n "$((RANDOM % 3 + 1))p")" ;;
        6) crm edit "$key" --visit-days "$(printf '%s\n' "01-31, 07-15" "" | sed -n "$((RANDOM % 2 + 1))p")" ;;
        7) crm merge "$key" "$other" ;;
        8) crm edit "$key" --since 2023-01-"$((RANDOM % 18 + 10))" ;;
        9) crm undo ;;
        esac >/dev/null 2>&1 || true
    done
    same_as_model
    call crm check
    expect 0 - ""
}
