# SPDX-License-Identifier: MIT
# crm show: one record, for a customer the whole page.

load helper

setup_test() {
    new_book
    crm add "Acme Ltd" --key acme --external-id X-9 >/dev/null
}

@test "by key, #id, external id, name and prefix of the name" {
    for reference in acme '#1' X-9 "Acme Ltd" Acm; do
        call crm show "$reference" --fields key
        expect 0 '{"key":"acme"}' ""
    done
}

@test "in JSON it is an object with the fields of the customer" {
    call crm show acme --format jsonl
    [ "$status" = 0 ]
    [[ $out == '{"key":"acme","name":"Acme Ltd",'* ]]
    call crm show acme --format json
    [[ $out == $'[\n  {\n    "key": "acme",'* ]]
}

@test "an unknown name is said on stderr, as JSON too where asked for" {
    call crm show nosuch --format jsonl
    expect 1 "" -
    [[ $err == "crm: there is no customer 'nosuch'"*'{"error":"not_found",'* ]]
}

@test "a name that fits several" {
    crm add "Acme Two" >/dev/null
    call crm show Acm
    expect 4 "" -
    [[ $err == *acme*acme-two* ]]
}

@test "parts of another record's history are not named by themselves" {
    local kind
    local -A noun=([tier_change]="tier change" [survey_answer]="survey answer"
        [complaint_event]="complaint event" [line]="order line")
    for kind in "${!noun[@]}"; do
        call crm show "$kind" '#1'
        expect 2 "" "crm: a ${noun[$kind]} cannot be named by itself
hint: name the record it belongs to"
        call crm edit "$kind" '#1' --set external_id=1
        expect 2 "" -
        call crm remove "$kind" '#1'
        expect 2 "" -
    done
}

# A customer with something in every section.
fill_page() {
    crm add staff "Mei" --login mei >/dev/null
    crm add contact --customer acme "Old Hand" >/dev/null
    crm add contact --customer acme "Li Ying" --role decision_maker --phone 555 --is-primary \
        >/dev/null
    local day
    for day in 2024-06-01 2025-01-10 2025-05-01 2025-06-01 2025-07-01 2026-02-01; do
        crm add order "N-$day" --customer acme --ordered-on "$day" >/dev/null
        crm add line --order-ref "N-$day" --quantity 2 --unit-price 50 --profit 10 >/dev/null
    done
    crm edit order N-2025-06-01 --status cancelled >/dev/null
    crm tier set acme A --reason "key account" >/dev/null
    for day in 10 11 12 13; do
        crm visit add acme --channel face --at "2026-01-$day 10:00" --feedback "said $day" >/dev/null
    done
    crm complain add acme "late delivery" --owner mei --severity high >/dev/null
}

@test "the page of a customer has every section, empty ones too" {
    call crm show acme
    [ "$(jq -r 'to_entries[] | select((.value | type) == "array" and .key != "tags") | .key' <<<"$out" |
        paste -sd ' ')" = "contacts tier_reason revenue last_orders last_visits complaints last_answers duties" ]
    [ "$(jq -c '[.contacts, .revenue, .last_orders, .complaints]' <<<"$out")" = '[[],[],[],[]]' ]
}

@test "contacts, the primary one first" {
    fill_page
    call crm show acme
    [ "$(jq -c '.contacts[] | [.number, .name, .role, .phone]' <<<"$out")" = '["P-2","Li Ying","decision_maker","555"]
["P-1","Old Hand",null,null]' ]
}

@test "tier and why, revenue of twelve months and of those before" {
    fill_page
    call crm show acme
    [ "$(jq -c '.tier_reason' <<<"$out")" = '[{"tier":"A","effective_on":"2026-03-02","previous":null,"score":null,"reason":"key account","pinned":true,"pinned_until":null,"why":"set by hand"}]' ]
    # Three orders since 2025-03-03 count, two of the year before; the cancelled one does not.
    [ "$(jq -c '.revenue' <<<"$out")" = '[{"currency":"CNY","revenue":300,"revenue_before":200,"growth":50,"profit":30,"profit_before":20}]' ]
}

@test "the last five orders and the last three visits with what was said" {
    fill_page
    call crm show acme
    [ "$(jq -c '[.last_orders[] | [.number, .amount, .status]]' <<<"$out")" = '[["N-2026-02-01",100,"completed"],["N-2025-07-01",100,"completed"],["N-2025-06-01",100,"cancelled"],["N-2025-05-01",100,"completed"],["N-2025-01-10",100,"completed"]]' ]
    [ "$(jq -c '[.last_visits[].feedback]' <<<"$out")" = '["said 13","said 12","said 11"]' ]
}

@test "open complaints with the time left, until they are resolved" {
    fill_page
    call crm --now 2026-03-02T09:30:00+08:00 show acme
    # Tier A, high: two working hours from 09:00.
    [ "$(jq -c '.complaints[] | [.number, .owner, .status, .time_left, .minutes_left, .unit]' <<<"$out")" = '["C-1","mei","open","1h 30m",90,"working_hours"]' ]
    call crm --now 2026-03-02T11:00:30+08:00 show acme
    [ "$(jq -c '.complaints[] | [.time_left, .minutes_left]' <<<"$out")" = '["-1m",-1]' ]
    crm complain respond C-1 >/dev/null
    call crm --now 2026-03-02T11:00:00+08:00 show acme
    # One working day: the rest of this one.
    [ "$(jq -c '.complaints[] | [.status, .time_left, .minutes_left]' <<<"$out")" = '["responded","6h 0m",360]' ]
    # Saturday uses nothing; critical ones count by the clock.
    crm edit C-1 --severity normal >/dev/null
    call crm --now 2026-03-07T15:00:00+08:00 show acme
    [ "$(jq -c '.complaints[] | [.time_left, .unit]' <<<"$out")" = '["-16h 0m","working_hours"]' ]
    crm edit C-1 --severity critical >/dev/null
    call crm --now 2026-03-03T22:00:00+08:00 show acme
    [ "$(jq -c '.complaints[] | [.time_left, .unit]' <<<"$out")" = '["-1d 1h","hours"]' ]
    crm complain resolve C-1 --cause late --solution "sent again" >/dev/null
    call crm show acme
    [ "$(jq -c '.complaints' <<<"$out")" = '[]' ]
}

@test "next duties: the visit by the tier's cadence, the promise, the earlier one first" {
    fill_page
    call crm show acme
    [ "$(jq -c '.duties' <<<"$out")" = '[{"kind":"visit","due":"2026-04-13","state":"to_come","days_late":-42,"channel":"face","what":null}]' ]
    crm visit add acme --channel phone --next-on 2026-03-20 >/dev/null
    call crm show acme
    [ "$(jq -c '[.duties[] | [.kind, .due, .state]]' <<<"$out")" = '[["promise","2026-03-20","promised"],["visit","2026-04-13","to_come"]]' ]
}

@test "the page as a table has the same figures" {
    fill_page
    call crm show acme --format table
    for text in "Last orders" "N-2026-02-01" "Li Ying" "said 13" "late delivery" "2h 0m" \
        "key account" "2026-04-13"; do
        [[ $out == *"$text"* ]] || { echo "lacks $text"; return 1; }
    done
    # --fields is the record alone.
    call crm show acme --fields key,tier
    expect 0 '{"key":"acme","tier":"A"}' ""
}

@test "the page of a real customer" {
    need_shared
    rm -rf .crm
    new_book .crm
    crm import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    call crm --now 2018-01-02T09:00:00+08:00 show 徐婵-11005
    [ "$(jq -c '[.revenue_total, .last_orders[0].ordered_on]' <<<"$out")" = '[82895.26,"2017-08-30"]' ]
}

@test "a customer whose key looks like a number of another kind" {
    crm add "Old system" --key V-7 >/dev/null
    call crm show V-7 --fields name
    expect 0 '{"name":"Old system"}' ""
    call crm show V-8
    expect 1 "" -
    [[ $err == *"no visit 'V-8'"* ]]
    crm add "One more" --key V-1 >/dev/null
    crm visit add V-7 --channel phone >/dev/null
    call crm show V-1 --fields number
    expect 0 '{"number":"V-1"}' ""
    call crm show customer V-1 --fields name
    expect 0 '{"name":"One more"}' ""
}

@test "the hint can be typed as it is" {
    call crm show "O'Brien"
    expect 1 "" $'crm: there is no customer \'O\'Brien\'\nhint: look for it with: crm list customer "O\'Brien"'
}

@test "why the tier, in one line: the figure, the line and where it stands" {
    crm add order W-1 --customer acme --ordered-on 2026-02-01 >/dev/null
    crm add line --order-ref W-1 --amount 70 >/dev/null
    crm add "Beta" --key beta >/dev/null
    crm add order W-2 --customer beta --ordered-on 2026-02-01 >/dev/null
    crm add line --order-ref W-2 --amount 30 >/dev/null
    crm tier apply >/dev/null
    line=$(grep -n 'A: 80' .crm/policy.yaml | head -n 1 | cut -d: -f1)
    call crm show acme
    [ "$(jq -r '.tier_reason[0].why' <<<"$out")" = "cumulative share of revenue 70 %; A up to 80 % (policy.yaml:$line)" ]
    call crm show beta
    [ "$(jq -r '.tier_reason[0].why' <<<"$out")" = "cumulative share of revenue 100 %; beyond the other lines: C (policy.yaml:$(grep -n '^    abc:' .crm/policy.yaml | head -n 1 | cut -d: -f1))" ]
}

# ---- As it was ----

@test "as of a day: the whole page, byte for byte as it was shown then" {
    fill_page
    crm add note acme "likes tea" >/dev/null
    crm --now 2026-03-02T20:00:00+08:00 show acme --sensitive >second
    crm --now 2026-03-03T10:00:00+08:00 edit acme --segment retail --owner mei --key acme2 >/dev/null
    crm --now 2026-03-03T10:00:00+08:00 edit staff mei --login may >/dev/null
    crm --now 2026-03-03T11:00:00+08:00 complain resolve C-1 --solution "sent again" >/dev/null
    crm --now 2026-03-03T12:00:00+08:00 show acme2 --sensitive >noon
    crm --now 2026-03-04T10:00:00+08:00 tier set acme2 B --reason smaller >/dev/null
    crm --now 2026-03-04T10:00:00+08:00 remove contact P-2 >/dev/null
    crm --now 2026-03-04T10:00:00+08:00 edit order N-2025-07-01 --status cancelled >/dev/null
    crm --now 2026-03-05T10:00:00+08:00 undo >/dev/null
    export CRM_NOW=2026-04-01T09:00:00+08:00
    crm show acme2 --sensitive --as-of "2026-03-02 20:00" | diff second -
    crm show acme2 --sensitive --as-of "2026-03-03 12:00" | diff noon -
    [ "$(crm show acme2 --as-of 2026-03-03 --fields key,segment,tier,open_complaints)" = \
        '{"key":"acme2","segment":"retail","tier":"A","open_complaints":0}' ]
    [ "$(crm show acme2 --as-of 2026-03-04 | jq -c '[.tier, (.contacts | length)]')" = '["B",1]' ]
    # Nothing was written, and what is now is as before.
    [ "$(crm show acme2 --as-of today --fields key,tier)" = '{"key":"acme2","tier":"B"}' ]
}

@test "as of a day: other kinds" {
    fill_page
    crm --now 2026-03-03T10:00:00+08:00 edit visit V-1 --feedback "said more" >/dev/null
    crm --now 2026-03-03T10:00:00+08:00 edit order N-2025-05-01 --status cancelled >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    [ "$(crm show V-1 --as-of 2026-03-02 --fields feedback)" = '{"feedback":"said 10"}' ]
    [ "$(crm show V-1 --as-of 2026-03-03 --fields feedback)" = '{"feedback":"said more"}' ]
    [ "$(crm show order N-2025-05-01 --as-of 2026-03-02 --fields status,amount,lines)" = \
        '{"status":"completed","amount":100,"lines":1}' ]
    [ "$(crm show C-1 --as-of 2026-03-02 | jq -r '.events | length')" = 1 ]
}

@test "as of a day: where a clock went back, entries count as no earlier than those before" {
    crm add "Beta" --key beta --segment first >/dev/null
    crm --now 2026-03-05T10:00:00+08:00 edit beta --segment ahead >/dev/null
    crm --now 2026-03-03T10:00:00+08:00 edit beta --segment back >/dev/null
    crm --now 2026-03-07T10:00:00+08:00 edit beta --segment last >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    for day in 02=first 03=first 04=first 05=back 06=back 07=last; do
        [ "$(crm show beta --as-of "2026-03-${day%=*}" --fields segment)" = "{\"segment\":\"${day#*=}\"}" ]
    done
    call crm show beta --as-of 2026-03-04 --format table --fields segment
    expect 0 "Customer
Segment  first
as it was at 2026-03-04T23:59:59+08:00, after entry 2 of the journal
a clock went back after entry 3: later entries count as no earlier than that one" ""
    call crm show beta --as-of 2026-03-05 --format table --fields segment
    expect 0 "Customer
Segment  back
as it was at 2026-03-05T23:59:59+08:00, after entry 4 of the journal" ""
}

@test "as of a day: not there yet, not there any more, and removed since" {
    crm --now 2026-03-03T10:00:00+08:00 add "Slip" --key slip >/dev/null
    crm --now 2026-03-05T10:00:00+08:00 remove slip >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    call crm show slip --as-of 2026-03-02
    expect 1 "" "crm: customer 'slip' was not there yet at 2026-03-02T23:59:59+08:00: it was made at 2026-03-03T10:00:00+08:00, by entry 2
hint: ask for that day or a later one"
    [ "$(crm show slip --as-of 2026-03-04 --fields key,name)" = '{"key":"slip","name":"Slip"}' ]
    [ "$(crm show '#2' --as-of 2026-03-04 --fields key)" = '{"key":"slip"}' ]
    call crm show slip --as-of 2026-03-06
    expect 1 "" "crm: customer 'slip' was not there at 2026-03-06T23:59:59+08:00: it had been removed
hint: see when it came and went: crm log customer slip"
    call crm show acme --as-of tomorrow
    expect 3 "" -
    call crm show acme --as-of nonsense
    expect 3 "" -
    call crm show nosuch --as-of 2026-03-06
    expect 1 "" -
}

@test "as of a day: two that were merged since are two" {
    crm add "Twin" --key twin >/dev/null
    crm add contact --customer twin "Li Ying" >/dev/null
    crm add order N-1 --customer twin --ordered-on 2026-01-10 >/dev/null
    crm add line --order-ref N-1 --quantity 1 --unit-price 70 >/dev/null
    crm show twin --sensitive >first
    crm show acme --sensitive >second
    crm --now 2026-03-03T10:00:00+08:00 merge twin acme >/dev/null
    crm --now 2026-03-03T11:00:00+08:00 edit P-1 --title chef >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    crm show twin --sensitive --as-of "2026-03-02 09:00" | diff first -
    crm show acme --sensitive --as-of "2026-03-02 09:00" | diff second -
}

@test "as of a day: lines count as their orders did" {
    crm add order N-1 --customer acme --ordered-on 2026-01-10 >/dev/null
    crm add line --order-ref N-1 --quantity 1 --unit-price 70 >/dev/null
    crm show acme --sensitive >first
    crm --now 2026-03-03T10:00:00+08:00 edit order N-1 --currency USD >/dev/null
    crm --now 2026-03-03T11:00:00+08:00 show acme --sensitive >dollars
    crm --now 2026-03-03T12:00:00+08:00 edit order N-1 --status cancelled >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    crm show acme --sensitive --as-of "2026-03-02 09:00" | diff first -
    crm show acme --sensitive --as-of "2026-03-03 11:00" | diff dollars -
}

@test "as of a day: a line in the place of one that was removed" {
    crm add order N-1 --customer acme --ordered-on 2026-01-10 >/dev/null
    crm add line --order-ref N-1 --quantity 1 --unit-price 70 >/dev/null
    crm show acme --sensitive >first
    crm --now 2026-03-03T10:00:00+08:00 undo >/dev/null
    crm --now 2026-03-03T11:00:00+08:00 add line --order-ref N-1 --quantity 3 --unit-price 5 >/dev/null
    export CRM_NOW=2026-03-09T09:00:00+08:00
    crm show acme --sensitive --as-of "2026-03-02 09:00" | diff first -
}

@test "as of a day: a book that cannot be written" {
    crm --now 2026-03-03T10:00:00+08:00 edit acme --segment retail >/dev/null
    chmod -R a-w .crm
    call crm --now 2026-03-09T09:00:00+08:00 show acme --as-of 2026-03-02 --fields segment
    chmod -R u+w .crm
    expect 0 '{"segment":null}' ""
}
