# SPDX-License-Identifier: MIT
# crm tier: what tier each customer has, and why.

# The helper sets these.
# shellcheck disable=SC2154
load helper

# KEY AMOUNT [DATE]: an order of one line.
order() {
    crm add order "N-$1-${3:-2026-01-05}" --customer "$1" --ordered-on "${3:-2026-01-05}" \
        --fields number >/dev/null
    crm add line --order-ref "N-$1-${3:-2026-01-05}" --quantity 1 --unit-price "$2" \
        --fields amount >/dev/null
}

# Shares 50, 80, 90, 96, 99, 100; one active customer without orders, a prospect, a lost one.
setup_test() {
    new_book .crm
    number=0
    for amount in 500 300 100 60 30 10; do
        number=$((number + 1))
        crm add "Customer $number" --key "c$number" >/dev/null
        order "c$number" "$amount"
    done
    crm add "Quiet" --key quiet --status dormant >/dev/null
    crm add "Prospect" --key prospect --status prospect >/dev/null
    crm add "Lost" --key lost --status lost >/dev/null
}

# The schemes of the policy, in place of the default; the first is the main one.
schemes() {
    TEXT=$1 awk '/^tiers:/ { print ENVIRON["TEXT"]; skip = 1; next }
        skip && /^[a-z#]/ { skip = 0 } !skip' .crm/policy.yaml >policy.new
    mv policy.new .crm/policy.yaml
}

entries() {
    query_store 'SELECT count(*) FROM journal'
}

# customer:tier:change of what the last call printed, on one line.
summary() {
    jq -r '"\(.customer):\(.tier):\(.change)"' <<<"$out" | paste -sd ' '
}

@test "an evaluation says what it would change, and writes nothing" {
    call crm tier
    [ "$status" = 0 ] && [ -z "$err" ]
    [ "$(summary)" = "c1:A:new c2:A:new c3:B:new c4:C:new c5:C:new c6:C:new quiet:C:new" ]
    [ "$(head -1 <<<"$out")" = '{"customer":"c1","name":"Customer 1","tier":"A","previous":null,"reached":"A","score":50,"change":"new","scheme":"abc"}' ]
    call crm list --fields key,tier key=c1
    expect 0 '{"key":"c1","tier":null}' ""
    call crm tier history
    expect 0 "" ""
}

@test "apply gives the tiers; applied again it writes nothing at all" {
    call crm tier apply
    [ "$(summary)" = "c1:A:new c2:A:new c3:B:new c4:C:new c5:C:new c6:C:new quiet:C:new" ]
    call crm show c3 --fields tier,tier_since
    expect 0 '{"tier":"B","tier_since":"2026-03-02"}' ""
    call crm show prospect --fields tier
    expect 0 '{"tier":null}' ""
    before=$(book_state)
    call crm tier apply
    expect 0 "" ""
    [ "$(book_state)" = "$before" ]
    call crm tier apply --all
    [ "$(summary)" = "c1:A:same c2:A:same c3:B:same c4:C:same c5:C:same c6:C:same quiet:C:same prospect:null:same lost:null:same" ]
}

@test "the few that move among many are told as among few" {
    awk 'BEGIN { print "key,name"; for (i = 1; i <= 300; i++) printf "m%03d,Many %d\n", i, i }' >many.csv
    crm import many.csv --as customer >/dev/null
    crm tier apply >/dev/null
    order c3 900 2026-01-06
    call crm tier
    [ "$(summary)" = "c2:B:demoted c3:A:promoted" ]
    [ "$(jq -r .name <<<"$out" | paste -sd ,)" = "Customer 2,Customer 3" ]
    told=$out
    call crm tier --all
    [ "$(grep -v '"change":"same"' <<<"$out")" = "${told%$'\n'}" ]
    call crm tier --format table
    [[ $out == *"1 promoted, 1 demoted, 0 held, 0 new, 307 unchanged; scheme abc"* ]]
    call crm tier no_such=field
    [ "$status" != 0 ] && [ -z "$out" ]
}

@test "a filter chooses what is printed, not what is evaluated" {
    call crm tier key=c2,c3
    [ "$(summary)" = "c2:A:new c3:B:new" ]
    call crm tier nofield=1
    expect 2 "" -
}

@test "promotion and demotion at once; a lost customer loses its tier" {
    crm tier apply >/dev/null
    order c6 1000 2026-02-01
    crm edit c4 --status lost >/dev/null
    call crm tier apply
    [ "$(summary)" = "c2:B:demoted c3:C:demoted c4:null:demoted c6:A:promoted" ]
    call crm tier history c6 --fields tier,previous,effective_on,score,reason,pinned
    expect 0 '{"tier":"C","previous":null,"effective_on":"2026-03-02","score":100,"reason":"new","pinned":false}
{"tier":"A","previous":"C","effective_on":"2026-03-02","score":52.0619,"reason":"promoted","pinned":false}' ""
    call crm tier history c4 --fields tier,previous,reason
    expect 0 '{"tier":"C","previous":null,"reason":"new"}
{"tier":null,"previous":"C","reason":"unrated"}' ""
}

@test "a period is the days after the same day a year ago up to today" {
    crm add "Early" --key early >/dev/null
    crm add "Late" --key late >/dev/null
    order early 100000 2025-03-02
    order late 100000 2026-03-03
    call crm tier --fields tier key=early,late
    expect 0 '{"tier":"C"}
{"tier":"C"}' ""
    order early 100000 2025-03-03
    call crm tier why early
    [ "$(jq -c '.terms[0] | [.raw, .rows, .from, .to]' <<<"$out")" = '[100000,1,"2025-03-03","2025-03-03"]' ]
}

@test "who crosses a line is inside if the policy says so" {
    sed -i 's/crossing: outside/crossing: inside/' .crm/policy.yaml
    order c2 1 2026-01-06
    call crm tier --fields tier
    [ "$(jq -r .tier <<<"$out" | paste -sd '')" = AABBCCC ]
}

@test "cancelled orders and other currencies do not count" {
    crm edit order N-c1-2026-01-05 --status cancelled >/dev/null
    crm add order FX --customer c6 --currency USD --fields number >/dev/null
    crm add line --order-ref FX --quantity 1 --unit-price 1000000 --fields amount >/dev/null
    call crm tier --fields customer,score key=c1,c2,c6
    expect 0 '{"customer":"c1","score":100}
{"customer":"c2","score":60}
{"customer":"c6","score":100}' ""
    call crm tier --format table
    [[ $out == *"1 order lines in other currencies do not count"* ]]
    sed -i 's/^currency: CNY/currency: EUR/' .crm/policy.yaml
    call crm tier --format table
    expect 4 "" "crm: no order of the period is in the book's currency, EUR
hint: set 'currency' in policy.yaml to that of the orders"
}

STARS='tiers:
  names: [A, B, C]
  main: stars
  schemes:
    stars:
      method: score
      indicators:
        revenue: {source: revenue, low: 0, high: 500, weight: 50, missing: zero}
        need_fit: {source: field, field: need_fit, low: 1, high: 5, weight: 30, missing: median}
        grade: {source: credit_grade, mapping: bands, weight: 20, missing: zero, bands: [{from: 0, points: 100, label: AAA}, {from: 1, points: 50, label: BBB}]}
      thresholds: {A: 80, B: 50}
      demote_after: 2
    abc:
      method: pareto
      thresholds: {A: 80, B: 95}
'

@test "scores: terms, products and sum; what is missing is said" {
    schemes "$STARS"
    crm edit c1 --need-fit 5 --credit-grade AAA >/dev/null
    crm edit c2 --need-fit 3 >/dev/null
    call crm tier why c1
    [ "$status" = 0 ]
    [ "$(jq -c '[.customer, .tier, .score, .threshold, .next]' <<<"$out")" = '["c1","A",100,80,null]' ]
    [ "$(jq -c '.terms[] | [.indicator, .raw, .points, .weight, .product, .source, .rows, .state]' <<<"$out")" = '["revenue",500,100,50,50,"order_line",1,"known"]
["need_fit",5,100,30,30,"customer",1,"known"]
["grade","AAA",100,20,20,"customer",1,"known"]' ]
    call crm tier why c2
    [ "$(jq -c '[.tier, .score, .threshold]' <<<"$out")" = '["C",45,null]' ]
    [ "$(jq -c .next <<<"$out")" = '{"tier":"B","threshold":50,"points":5,"indicator":"revenue","raw":350,"change":50,"policy":"policy.yaml:'"$(line_of 'thresholds: \{A: 80, B: 50')"'"}' ]
    [ "$(steps figure,step,input,policy,value,result | tail -n +2)" = "score|sum|revenue 60 × 50 % + need_fit 50 × 30 % + grade 0 × 20 %|||45
reached|threshold|45|policy.yaml:$(line_of 'A: 80, B: 50')|A from 80|not reached
reached|threshold|45|policy.yaml:$(line_of 'A: 80, B: 50')|B from 50|not reached
reached|threshold||policy.yaml:$(line_of '^    stars:')|the last tier takes the rest|C
tier|decision|- before, C by its figures|policy.yaml:$(line_of '^    stars:')|new|C
next|next|5 points more|policy.yaml:$(line_of 'A: 80, B: 50')|B from 50|with revenue of 350 (+50)" ]
    [ "$(jq -r '.terms[].policy' <<<"$out" | paste -sd ' ')" = "policy.yaml:$(line_of '        revenue:') policy.yaml:$(line_of '        need_fit:') policy.yaml:$(line_of '        grade:')" ]
    call crm tier why quiet
    [ "$(jq -c '.terms[] | [.raw, .points, .state]' <<<"$out")" = '[0,0,"zero"]
[4,75,"median"]
[null,0,"zero"]' ]
    [ "$(jq -r '([.terms[].product] | add) == .score' <<<"$out")" = true ]
    call crm tier why c2 --format table
    [[ $out == *"B from 50"*"with revenue of 350 (+50)"* ]]
}

@test "a demotion waits for evaluations on other days" {
    schemes "$STARS"
    crm edit c1 --need-fit 5 --credit-grade AAA >/dev/null
    crm edit c2 --need-fit 1 >/dev/null
    crm tier apply >/dev/null
    crm edit c1 --credit-grade "" --need-fit 2 >/dev/null
    call crm tier apply --fields customer,tier,reached,change
    expect 0 '{"customer":"c1","tier":"A","reached":"B","change":"held"}' ""
    before=$(entries)
    call crm tier apply
    [ "$(summary)" = "c1:A:held" ]
    [ "$(entries)" = "$before" ]
    call crm --now 2026-03-03T09:00 tier apply
    [ "$(summary)" = "c1:B:demoted" ]
    call crm tier history c1 --fields tier,reason
    expect 0 '{"tier":"A","reason":"new"}
{"tier":"A","reason":"held"}
{"tier":"B","reason":"demoted"}' ""
}

@test "set pins a tier with a reason until its day, then it is released" {
    crm tier apply >/dev/null
    call crm tier set c5 A --reason "opens three branches" --until 2026-03-31
    [ "$status" = 0 ]
    [ "$(jq -c '[.customer, .tier, .previous, .reason, .pinned, .pinned_until]' <<<"$out")" = '["c5","A","C","opens three branches",true,"2026-03-31"]' ]
    call crm show c5 --fields tier
    expect 0 '{"tier":"A"}' ""
    before=$(entries)
    crm tier set c5 A --reason "opens three branches" --until 2026-03-31 >/dev/null
    [ "$(entries)" = "$before" ]
    call crm --now 2026-03-31T23:59:00+08:00 tier apply
    expect 0 "" ""
    call crm --now 2026-04-01T00:00:00+08:00 tier apply
    [ "$(summary)" = "c5:C:demoted" ]
}

@test "unset leaves the tier to the next evaluation" {
    crm tier apply >/dev/null
    crm tier set c5 A --reason "a promise" >/dev/null
    call crm tier unset c5 --fields tier,reason,pinned
    expect 0 '{"tier":"A","reason":"released","pinned":false}' ""
    call crm tier apply
    [ "$(summary)" = "c5:C:demoted" ]
    call crm tier unset c5 --format table
    expect 4 "" "crm: the tier of 'c5' was not set by hand
hint: see: crm tier history 'c5'"
}

@test "set refuses what makes no sense" {
    call crm tier set c5 A --format table
    expect 2 "" $'crm: a tier set by hand needs a reason\nhint: add --reason TEXT'
    call crm tier set c5 Z --reason x --format table
    expect 3 "" $'crm: the policy has no tier \'Z\'\nhint: choose one of A, B, C'
    call crm tier set c5 A --reason x --until 2026-03-01 --format table
    expect 3 "" $'crm: until: 2026-03-01 is over already\nhint: give today or a later day'
    call crm tier set nobody A --reason x
    expect 1 ""
    call crm tier history
    expect 0 "" ""
}

@test "schemes side by side; only the main one decides" {
    schemes "$STARS"
    call crm tier apply --scheme abc
    [ "$(summary)" = "c1:A:new c2:A:new c3:B:new c4:C:new c5:C:new c6:C:new quiet:C:new" ]
    call crm show c1 --fields tier
    expect 0 '{"tier":null}' ""
    call crm tier apply --scheme abc
    expect 0 "" ""
    call crm tier --scheme moon --format table
    expect 1 "" $'crm: the policy has no tier scheme \'moon\'\nhint: it has: stars, abc'
}

@test "quota takes the best, rules the first filter that fits" {
    schemes "tiers:
  names: [A, B, C]
  schemes:
    best:
      method: quota
      indicators: {revenue: {source: revenue, mapping: percentile, weight: 100}}
      thresholds: {A: 1, B: 50%}
    ruled:
      method: rules
      thresholds: {A: revenue_total>=300 status=active, B: 'name~\"mer 3\"'}
"
    call crm tier
    [ "$(summary)" = "c1:A:new c2:B:new c3:B:new c4:B:new c5:C:new c6:C:new" ]
    call crm tier --scheme ruled
    [ "$(summary)" = "c1:A:new c2:A:new c3:B:new c4:C:new c5:C:new c6:C:new quiet:C:new" ]
}

@test "a source that a book cannot know is refused" {
    schemes 'tiers:
  names: [A, B, C]
  schemes:
    paid:
      method: score
      indicators: {paid: {source: on_time_payment, weight: 100}}
      thresholds: {A: 50, B: 20}
'
    call crm tier --format table
    [ "$status" = 3 ]
    [[ $err == "crm: policy.yaml:"*"a book keeps no payments"* ]]
}

@test "growth is rounded once" {
    schemes 'tiers:
  schemes:
    grown:
      method: score
      indicators: {growth: {source: growth, low: -100, high: 100, weight: 100, missing: zero}}
      thresholds: {A: 80, B: 50}
'
    order quiet 300 2025-01-10
    order quiet 100 2025-12-31
    call crm tier why quiet
    [ "$(jq -c '.terms[] | [.raw, .points]' <<<"$out")" = '[-66.6667,16.6666]' ]
    [ "$(crm show quiet | jq -c '.revenue[].growth')" = -66.6667 ]
}

@test "satisfaction is what was answered last, growth and years what they say" {
    schemes 'tiers:
  names: [A, B, C]
  schemes:
    mixed:
      method: score
      indicators:
        content: {source: satisfaction, weight: 40, missing: zero}
        growth: {source: growth, low: -100, high: 100, weight: 30, missing: zero}
        years: {source: years, low: 0, high: 10, weight: 20, missing: zero}
        orders: {source: orders, low: 0, high: 4, weight: 10, missing: zero}
      thresholds: {A: 80, B: 50}
'
    crm edit c1 --since 2023-09-01 >/dev/null
    crm --now 2026-02-01T09:00 survey ask csat c1 --answer satisfaction=1 --answer product=1 \
        --answer service=1 >/dev/null
    crm edit c1 --since 2023-09-01 >/dev/null
    order c1 400 2025-01-10
    order c1 100 2025-12-31
    call crm tier why c1
    [ "$(jq -c '.terms[] | [.indicator, .raw, .points, .rows]' <<<"$out")" = '["content",0,0,3]
["growth",50,75,3]
["years",2.4986,24.986,1]
["orders",2,50,2]' ]
    sed -i 's/min_days: 90/min_days: 1/' .crm/policy.yaml
    crm survey ask csat c1 --answer satisfaction=5 --answer product=4 >/dev/null
    call crm tier why c1
    [ "$(jq -c '.terms[0] | [.raw, .rows, .from]' <<<"$out")" = '[87.5,2,"2026-03-02"]' ]
}

@test "--dry-run applies nothing" {
    call crm tier apply --dry-run
    [ "$(jq -s length <<<"$out")" = 7 ]
    call crm tier history
    expect 0 "" ""
}

@test "the tier decides when the next visit is due" {
    crm edit c1 --since 2026-03-02 >/dev/null
    call crm show c1 --fields next_visit_on
    expect 0 '{"next_visit_on":"2027-03-02"}' ""
    crm tier apply >/dev/null
    call crm show c1 --fields next_visit_on
    expect 0 '{"next_visit_on":"2026-06-02"}' ""
}

@test "the real orders fall into A 435, B 199, C 156" {
    need_shared
    rm -rf .crm
    new_book .crm
    crm import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    sed -i 's/period: 12mo/period: 48mo/' .crm/policy.yaml
    call crm --now 2017-12-31T09:00:00+08:00 tier apply
    [ "$(jq -r .tier <<<"$out" | sort | uniq -c | awk '{print $2 $1}' | paste -sd ' ')" = "A435 B199 C156" ]
    call crm --now 2017-12-31T09:00:00+08:00 tier why 徐婵-11005
    [ "$(jq -c '[.tier, .terms[0].raw, .terms[0].to]' <<<"$out")" = '["A",82895.26,"2017-08-30"]' ]
}

@test "a slip in a subcommand is no search" {
    call crm tier aply
    expect 2 "" 'crm: crm tier: there is no "aply"
hint: did you mean crm tier apply? A name is searched for with name~aply'
    call crm tier "name~aply"
    [ "$status" -eq 0 ]
}

# ---- Sources and mappings ----

# KEY FILTER: of one indicator of that customer's terms.
term() {
    crm tier why "$1" | jq -c ".terms[] | select(.indicator == \"$2\") | [.raw, .points, .rows, .from, .to, .state]"
}

@test "sources: sums and counts of the period's orders" {
    schemes 'tiers:
  schemes:
    all:
      method: score
      indicators:
        revenue: {source: revenue, period: 3mo, low: 0, high: 1000, weight: 30, missing: zero}
        profit: {source: profit, low: -100, high: 100, weight: 30, missing: zero}
        orders: {source: orders, period: 24mo, low: 0, high: 4, weight: 20, missing: zero}
        growth: {source: growth, period: 6mo, low: 0, high: 200, weight: 20, missing: zero}
      thresholds: {A: 80, B: 50}
'
    [ "$(term c1 revenue)" = '[500,50,1,"2026-01-05","2026-01-05","known"]' ]
    [ "$(term c1 profit)" = '[0,50,0,null,null,"zero"]' ] # no line says what it earned
    order c1 200 2025-12-02
    order c1 40 2025-06-01
    crm add line --order-ref N-c1-2025-06-01 --quantity 1 --unit-price 60 --profit 25.5 --fields amount >/dev/null
    crm add line --order-ref N-c1-2025-12-02 --quantity 1 --unit-price 1 --profit -100 --fields amount >/dev/null
    order c1 1 2024-03-02
    order c1 1 2024-03-03
    # The three months begin on the day after 2025-12-02, the twenty-four after 2024-03-02.
    [ "$(term c1 revenue)" = '[500,50,1,"2026-01-05","2026-01-05","known"]' ]
    [ "$(term c1 profit)" = '[-74.5,12.75,2,"2025-06-01","2025-12-02","known"]' ]
    [ "$(term c1 orders)" = '[4,100,6,"2024-03-03","2026-01-05","known"]' ]
    # 701 since 2025-09-02 against 100 in the six months before.
    [ "$(term c1 growth)" = '[601,100,5,"2025-06-01","2026-01-05","known"]' ]
    # Who has ordered, though not in the period, has sold 0; of who never has it is not known.
    order quiet 10 2024-01-01
    [ "$(term quiet revenue)" = '[0,0,0,null,null,"known"]' ]
    [ "$(term quiet orders)" = '[0,0,0,null,null,"known"]' ]
    [ "$(term quiet growth)" = '[0,0,0,null,null,"zero"]' ]
}

# Where all orders of all customers are within the period or before it their sums are at hand, and
# need not be added up; why always does so, and counts the lines.
same_by_lines() {
    local key
    crm tier --all --format csv --fields customer,tier,score | sed 1d >listed
    while IFS=, read -r key _; do
        crm tier why "$key" | jq -r '[.customer, .tier, .score] | map(. // "" | tostring) | join(",")'
    done <listed >explained
    diff listed explained
}

@test "sums that are kept and sums of lines are the same" {
    same_by_lines
    order quiet 70 2024-05-05
    order c5 400 2026-02-01
    crm edit order N-c1-2026-01-05 --status cancelled >/dev/null
    same_by_lines # of each all, or nothing, is of the period
    order c2 1000 2024-05-05
    same_by_lines # of c2 a part
    crm edit order N-c2-2024-05-05 --status cancelled >/dev/null
    order c4 5000 2026-03-03
    same_by_lines # of c4 a part is yet to come
    crm edit order N-c4-2026-03-03 --status cancelled >/dev/null
    crm add order FX --customer c6 --currency USD --fields number >/dev/null
    crm add line --order-ref FX --quantity 1 --unit-price 1000000 --fields amount >/dev/null
    same_by_lines
    call crm tier --format table
    [[ $out == *"1 order lines in other currencies do not count"* ]]
}

@test "sources: what is not of its custom field's type is missing" {
    printf 'fields:\n  customer:\n    seats: {}\n    share: {}\n    rating: {}\n' >>.crm/policy.yaml
    cp .crm/policy.yaml texts
    crm edit c1 --set seats=abc --set share=12 --set rating=x >/dev/null
    sed -i 's/seats: {}/seats: {type: integer}/; s/share: {}/share: {type: decimal}/
        s/rating: {}/rating: {type: real}/' .crm/policy.yaml
    schemes 'tiers:
  schemes:
    all:
      method: score
      indicators:
        seats: {source: field, field: seats, low: 0, high: 10, weight: 40, missing: zero}
        share: {source: field, field: share, low: 0, high: 10, weight: 40, missing: zero}
        rating: {source: field, field: rating, low: 0, high: 10, weight: 20, missing: zero}
      thresholds: {A: 80, B: 50}
'
    call crm tier why c1
    [ "$status" = 0 ]
    [ "$(jq -c '[.terms[] | .raw, .state]' <<<"$out")" = '[0,"zero",0,"zero",0,"zero"]' ]
    call crm tier apply
    [ "$status" = 0 ]
}

@test "sources: fields of the file, custom ones of every kind of number, years" {
    cat >>.crm/policy.yaml <<'END'
fields:
  customer:
    seats: {type: integer}
    share: {type: decimal}
    rating: {type: real}
END
    schemes 'tiers:
  schemes:
    all:
      method: score
      indicators:
        power: {source: field, field: purchasing_power, low: 1, high: 5, weight: 20}
        seats: {source: field, field: seats, mapping: bands, weight: 20, missing: zero, bands: [{from: 0, points: 10}, {from: 10, to: 100, points: 60}, {from: 100, to: 1000, points: 90}]}
        share: {source: field, field: share, low: 100, high: 0, weight: 20, missing: zero}
        rating: {source: field, field: rating, low: 0, high: 10, weight: 20, missing: zero}
        years: {source: years, low: 0, high: 10, weight: 20, missing: zero}
      thresholds: {A: 80, B: 50}
'
    crm edit c1 --purchasing-power 4 --set seats=100 --set share=12.5 --set rating=7.25 --since 2021-03-02 >/dev/null
    [ "$(term c1 power)" = '[4,75,1,null,null,"known"]' ]
    [ "$(term c1 seats)" = '[100,90,1,null,null,"known"]' ]
    [ "$(term c1 share)" = '[12.5,87.5,1,null,null,"known"]' ]
    [ "$(term c1 rating)" = '[7.25,72.5,1,null,null,"known"]' ]
    [ "$(term c1 years)" = '[5,50,1,"2021-03-02","2026-03-02","known"]' ]
    [ "$(crm tier why c1 | jq -c '[.score, .tier]')" = '[75,"B"]' ]
    crm edit c1 --set seats=99 --since "" >/dev/null
    [ "$(term c1 seats)" = '[99,60,1,null,null,"known"]' ]
    [ "$(term c1 years | jq -c '.[3]')" = '"2026-01-05"' ] # by the first order
    crm edit c1 --set seats=1000 >/dev/null
    [ "$(term c1 seats)" = '[1000,0,1,null,null,"known"]' ] # beyond the last band
    [ "$(term c2 seats)" = '[0,10,0,null,null,"zero"]' ]
    call crm tier why c2 # no purchasing power
    [ "$(jq -c '[.tier, .score, .terms[0].state, .terms[0].points]' <<<"$out")" = '[null,null,"missing",null]' ]
}

@test "percentile, median and unrated go by the customers who are rated" {
    schemes 'tiers:
  schemes:
    all:
      method: score
      indicators:
        fit: {source: field, field: need_fit, mapping: percentile, weight: 50, missing: median}
        grade: {source: credit_grade, mapping: bands, weight: 50, missing: median, bands: [{from: 0, points: 100, label: AA}, {from: 1, points: 70, label: A}, {from: 2, points: 0, label: B}]}
      thresholds: {A: 80, B: 50}
'
    crm edit c1 --need-fit 1 --credit-grade AA >/dev/null
    crm edit c2 --need-fit 2 --credit-grade A >/dev/null
    crm edit c3 --need-fit 2 --credit-grade B >/dev/null
    crm edit c4 --need-fit 5 >/dev/null
    crm edit lost --need-fit 5 --credit-grade AA >/dev/null # takes no part
    crm edit c5 --credit-grade XYZ >/dev/null               # no grade of the policy's
    [ "$(term c1 fit)" = '[1,0,1,null,null,"known"]' ]
    [ "$(term c2 fit)" = '[2,33.3333,1,null,null,"known"]' ]
    [ "$(term c3 fit)" = '[2,33.3333,1,null,null,"known"]' ]
    [ "$(term c4 fit)" = '[5,100,1,null,null,"known"]' ]
    [ "$(term c5 fit)" = '[2,33.3333,0,null,null,"median"]' ]
    [ "$(term c5 grade)" = '["A",70,0,null,null,"median"]' ]
    [ "$(term c4 grade)" = '["A",70,0,null,null,"median"]' ]
    [ "$(crm tier why c4 | jq -c '[.score, .tier]')" = '[85,"A"]' ]
}

# ---- The history's rows ----

@test "each change carries the fingerprint of the policy that made it" {
    crm tier apply >/dev/null
    first=$(crm tier why c1 | jq -r .policy)
    sed -i 's/A: 80, B: 95/A: 50, B: 80/' .crm/policy.yaml
    crm tier apply >/dev/null
    second=$(crm tier why c1 | jq -r .policy)
    [ "$first" != "$second" ]
    call crm tier history c2 --fields tier,policy
    expect 0 "{\"tier\":\"A\",\"policy\":\"$first\"}
{\"tier\":\"B\",\"policy\":\"$second\"}" ""
    crm tier set c2 A --reason "a promise" >/dev/null
    [ "$(crm tier history c2 --fields policy | tail -1)" = "{\"policy\":\"$second\"}" ]
}

@test "a pin in one scheme is none in another; it ends with the evaluation after its day" {
    schemes "$STARS"
    crm edit c1 --need-fit 5 --credit-grade AAA >/dev/null
    crm tier apply >/dev/null
    crm tier apply --scheme abc >/dev/null
    crm tier set c6 A --scheme abc --reason "a promise" --until 2026-03-10 >/dev/null
    [ "$(crm show c6 --fields tier)" = '{"tier":"C"}' ]
    call crm --now 2026-03-10T20:00 tier apply --scheme abc
    expect 0 "" ""
    [ "$(crm --now 2026-03-10T20:00 tier why c6 --scheme abc | jq -c '[.tier, .reached, .pinned, .pinned_until, .change]')" = '["A","C",true,"2026-03-10","same"]' ]
    call crm --now 2026-03-11T08:00 tier apply --scheme abc
    [ "$(summary)" = "c6:C:demoted" ]
    call crm tier history c6 --scheme abc --fields tier,pinned,reason
    expect 0 '{"tier":"C","pinned":false,"reason":"new"}
{"tier":"A","pinned":true,"reason":"a promise"}
{"tier":"C","pinned":false,"reason":"demoted"}' ""
}

@test "a pin that its own figures reach is confirmed when it ends" {
    crm tier apply >/dev/null
    crm tier set c1 A --reason "a promise" --until 2026-03-10 >/dev/null
    call crm --now 2026-03-11T08:00 tier apply
    [ "$(summary)" = "c1:A:same" ]
    [ "$(crm tier history c1 --fields reason,pinned | tail -1)" = '{"reason":"confirmed","pinned":false}' ]
    call crm --now 2026-03-12T08:00 tier apply
    expect 0 "" ""
}

@test "a tier set by hand that the policy no longer has is not kept" {
    crm tier apply >/dev/null
    crm tier set c3 B --reason "a promise" >/dev/null
    schemes 'tiers:
  names: [A, X, C]
  schemes:
    abc:
      method: pareto
      thresholds: {A: 80, X: 95}
'
    sed -i 's/^    B: {every/    X: {every/' .crm/policy.yaml
    call crm tier apply
    [ "$(summary)" = "c3:X:new" ]
    call crm tier history c3 --fields tier,previous,pinned
    expect 0 '{"tier":"B","previous":null,"pinned":false}
{"tier":"B","previous":"B","pinned":true}
{"tier":"X","previous":null,"pinned":false}' ""
}

@test "an evaluation that changes nothing makes no entry and syncs nothing" {
    need_file "its files are looked at"
    command -v strace >/dev/null || skip "no strace"
    crm tier apply >/dev/null
    crm --now 2026-03-04T09:00 tier apply >/dev/null
    before=$(entries) # which also leaves no log behind
    touch -d 2020-01-01 .crm/crm.db
    state=$(stat -c '%y %s' .crm/crm.db)
    # A sanitizer's search for leaks cannot run under another tracer.
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
        strace -f -y -o trace -e trace=fsync,fdatasync,sync_file_range,msync,pwrite64,write,ftruncate \
        "$CRM" --now 2026-03-05T09:00 tier apply
    grep -q pwrite64 trace # the index of the log, which lives in memory
    [ "$(grep -v 'crm.db-shm' trace | grep -cE 'sync|write|truncate')" = 0 ]
    [ "$(stat -c '%y %s' .crm/crm.db)" = "$state" ]
    [ "$(entries)" = "$before" ]
}

@test "a history that was imported in any order is read in the order of its days" {
    schemes 'tiers:
  names: [A, B, C]
  schemes:
    abc: {method: pareto, thresholds: {A: 80, B: 95}}
    side: {method: pareto, thresholds: {A: 80, B: 95}}
'
    for scheme in abc side; do
        cat >changes.csv <<EOF
customer,scheme,tier,previous,effective_on,reason,pinned
c5,$scheme,B,A,2026-02-01,demoted,no
c5,$scheme,A,,2026-01-01,key account,yes
c6,$scheme,A,B,2026-02-01,key account,yes
c6,$scheme,B,,2026-01-01,new,no
EOF
        crm import changes.csv --as tier_change >/dev/null
        call crm tier --scheme $scheme --all --fields customer,tier,change key=c5,c6
        [ "$(summary)" = "c5:C:demoted c6:A:same" ]
        call crm tier why c6 --scheme $scheme
        [ "$(jq -c '[.pinned, .reason]' <<<"$out")" = '[true,"key account"]' ]
        call crm tier unset c5 --scheme $scheme
        expect 4 "" $'crm: the tier of \'c5\' was not set by hand\nhint: see: crm tier history \'c5\''
        call crm tier set c6 A --reason "key account" --scheme $scheme
        [ "$(jq -r .effective_on <<<"$out")" = 2026-02-01 ]
    done
    [ "$(crm show c6 --fields tier,tier_since)" = '{"tier":"A","tier_since":"2026-02-01"}' ]
    sed 's/A: 80/A: 81/' .crm/policy.yaml >new.yaml
    call crm tier simulate --policy new.yaml --since 2026-02-15
    [ "$(jq -c '[.evaluations[0] | .promoted, .demoted]' <<<"$out")" = "[0,1]" ]
    call crm check
    [ "$status" = 0 ]
}

@test "a tier change of a day to come is not imported" {
    printf 'customer,scheme,tier,effective_on\nc5,abc,A,2026-03-02\nc6,abc,A,2026-03-03\n' >changes.csv
    call crm import changes.csv --as tier_change
    expect 3 "" $'crm: changes.csv:3:10: effective_on: 2026-03-03 is in the future\nhint: look at the file\'s dates'
    call crm import changes.csv --as tier_change --errors refused.csv --fields read,added,refused
    [ "$(jq -c . <<<"$out")" = '{"read":2,"added":1,"refused":1}' ]
    call crm show c5 --fields tier,tier_since
    expect 0 '{"tier":"A","tier_since":"2026-03-02"}' ""
}

@test "a tier that was given before the clock went back stays until another is given" {
    crm --now 2026-05-01T09:00 tier set c6 A --reason "key account" >/dev/null
    crm --now 2026-05-01T09:00 tier set c5 B --reason "key account" >/dev/null
    call crm show c6 --fields tier,tier_since
    expect 0 '{"tier":"A","tier_since":"2026-05-01"}' ""
    call crm check
    expect 0 - ""
    crm tier set c6 C --reason "small" >/dev/null
    crm tier unset c5 >/dev/null
    crm tier apply >/dev/null
    local day
    for day in 2026-03-02 2026-05-01 2026-06-01; do
        call crm --now ${day}T09:00 show c6 --fields tier,tier_since
        expect 0 '{"tier":"C","tier_since":"2026-05-01"}' ""
        call crm --now ${day}T09:00 check
        expect 0 - ""
    done
    crm undo >/dev/null
    call crm check
    expect 0 - ""
}

# ---- Another main scheme ----

two_schemes() {
    schemes "tiers:
  names: [A, B, C]
  main: $1
  schemes:
    abc: {method: pareto, thresholds: {A: 80, B: 95}}
    best:
      method: quota
      indicators: {revenue: {source: revenue, low: 0, high: 1000, weight: 100, missing: zero}}
      thresholds: {A: 2, B: 2}
"
}

tiers() {
    crm list customer --fields key,tier,tier_since --format csv | tail -n +2 | paste -sd ' '
}

@test "a main scheme of another name takes over the tiers that the one before it left" {
    two_schemes abc
    crm --now 2026-02-01T09:00:00+08:00 tier apply >/dev/null
    old='c1,A,2026-02-01 c2,A,2026-02-01 c3,B,2026-02-01 c4,C,2026-02-01 c5,C,2026-02-01 c6,C,2026-02-01 quiet,C,2026-02-01 prospect,, lost,,'
    [ "$(tiers)" = "$old" ]
    two_schemes best
    call crm check
    [ "$status" = 0 ]
    crm check --repair >/dev/null
    [ "$(tiers)" = "$old" ]
    call crm tier apply
    [ "$(summary)" = "c4:B:promoted" ]
    call crm check
    [ "$status" = 0 ]
    crm undo >/dev/null
    [ "$(tiers)" = "$old" ]
    crm undo >/dev/null
    [ "$(tiers)" = "${old/c4,C,2026-02-01/c4,B,2026-03-02}" ]
    # Done again and taken back again; a pin in the tier that was taken over leaves its day.
    crm undo >/dev/null
    [ "$(tiers)" = "$old" ]
    crm tier set c5 A --reason "key account" >/dev/null
    crm tier set c6 C --reason "as it is" >/dev/null
    [ "$(tiers)" = "${old/c5,C,2026-02-01/c5,A,2026-03-02}" ]
    call crm check
    [ "$status" = 0 ]
    crm undo >/dev/null
    crm undo "$(query_store "SELECT max(id) - 2 FROM journal")" >/dev/null
    [ "$(tiers)" = "$old" ]
    call crm check
    [ "$status" = 0 ]
}

@test "a scheme that becomes the main one leaves the tiers, whatever its own history tells" {
    two_schemes abc
    crm --now 2026-02-01T09:00:00+08:00 tier apply >/dev/null
    crm --now 2026-02-02T09:00:00+08:00 tier apply --scheme best >/dev/null
    old='c1,A,2026-02-01 c2,A,2026-02-01 c3,B,2026-02-01 c4,C,2026-02-01 c5,C,2026-02-01 c6,C,2026-02-01 quiet,C,2026-02-01 prospect,, lost,,'
    two_schemes best
    call crm check
    [ "$status" = 0 ]
    crm tier set c4 C --reason "as it is" >/dev/null
    crm tier unset c4 >/dev/null
    [ "$(tiers)" = "$old" ]
    call crm check
    [ "$status" = 0 ]
    crm undo >/dev/null
    [ "$(tiers)" = "$old" ]
    call crm tier apply
    [ "$(summary)" = "" ] # by hand, and its last day is not known
    two_schemes abc
    crm tier set c1 B --reason "slow to pay" >/dev/null
    [ "$(tiers)" = "${old/c1,A,2026-02-01/c1,B,2026-03-02}" ]
    call crm check
    [ "$status" = 0 ]
    crm undo >/dev/null
    [ "$(tiers)" = "$old" ]
    call crm check
    [ "$status" = 0 ]
}

@test "beside another scheme a first evaluation taken back leaves no tier" {
    two_schemes abc
    crm tier apply --scheme best >/dev/null
    [ "$(tiers)" = "c1,, c2,, c3,, c4,, c5,, c6,, quiet,, prospect,, lost,," ]
    crm tier apply >/dev/null
    crm undo >/dev/null
    [ "$(tiers)" = "c1,, c2,, c3,, c4,, c5,, c6,, quiet,, prospect,, lost,," ]
    call crm check
    [ "$status" = 0 ]
}

# ---- Why, by every method ----

@test "why by share: how much more revenue, all others unchanged" {
    call crm tier why c3
    [ "$(jq -c '[.tier, .score, .threshold, .place, .ranked]' <<<"$out")" = '["B",90,95,3,7]' ]
    # The whole is 1000; with 300.0001 it has the second place, the sum up to it is 800.0001 of 1200.0001.
    [ "$(jq -c .next <<<"$out")" = '{"tier":"A","threshold":80,"indicator":"revenue","raw":300.0001,"change":200.0001,"policy":"policy.yaml:'"$(line_of 'thresholds:')"'"}' ]
    [ "$(steps figure,step,input,value,result)" = "score|rule|scheme abc|by share: revenue of 12mo|who crosses a line is outside it
place|place|||3 of 7
score|sum|900 of 1000||90 %
reached|threshold|90 %|A up to 80 %|not reached
reached|threshold|90 %|B up to 95 %|B
tier|decision|- before, B by its figures|new|B
next|next||A up to 80 %|with revenue of 300.0001 (+200.0001)" ]
    call crm tier why quiet
    steps step,input,result | grep -qx "sum|nothing above 0: ranked last|100 %"
    order c3 200.0001 2026-02-01
    call crm tier why c3
    [ "$(jq -c '[.tier, .next]' <<<"$out")" = '["A",null]' ]
    # Who has more than the line's share alone is outside: no sum changes that.
    order c1 100000 2026-02-02
    call crm tier why c1
    [ "$(jq -c '[.tier, .next]' <<<"$out")" = '["C",{"tier":"B","threshold":95,"policy":"policy.yaml:'"$(line_of 'thresholds:')"'"}]' ]
    [ "$(steps step,value,result | tail -n 1)" = "next|B up to 95 %|out of reach whatever the sum" ]
}

@test "why by quota: the place to take, and what that takes" {
    schemes 'tiers:
  names: [A, B, C]
  schemes:
    best:
      method: quota
      indicators:
        revenue: {source: revenue, low: 0, high: 1000, weight: 60, missing: zero}
        fit: {source: field, field: need_fit, low: 1, high: 5, weight: 40, missing: zero}
      thresholds: {A: 1, B: 2}
'
    # Scores: c1 30, c2 18, c3 6, c4 3.6, c5 1.8, c6 0.6, quiet 0.
    call crm tier why c2
    [ "$(jq -c '[.tier, .score, .place, .ranked]' <<<"$out")" = '["B",18,2,7]' ]
    # 12.0001 points: at an equal score c1, added before, stays.
    [ "$(jq -c .next <<<"$out")" = '{"tier":"A","threshold":30,"points":12.0001,"place":1,"indicator":"revenue","raw":500.002,"change":200.002,"policy":"policy.yaml:'"$(line_of 'thresholds: \{A: 1')"'"}' ]
    call crm tier why c5
    [ "$(steps figure,step,input,value,result | grep -v '|rule|')" = "place|place|||5 of 7
score|sum|revenue 3 × 60 % + fit 0 × 40 %||1.8
reached|threshold|5 of 7|A: the best 1|not reached
reached|threshold|5 of 7|B: the best 2|not reached
reached|threshold||the last tier takes the rest|C
tier|decision|- before, C by its figures|new|C
next|next|4.2001 points more, for place 3|B: the best 2|with revenue of 100.002 (+70.002)" ]
    order c2 200.002 2026-02-01
    call crm tier why c2
    [ "$(jq -c '[.tier, .next]' <<<"$out")" = '["A",null]' ]
}

@test "why by rules: which comes next, and on which conditions it fails" {
    schemes "tiers:
  names: [A, B, C]
  schemes:
    ruled:
      method: rules
      thresholds: {A: revenue_total>=300 need_fit>=4 status=active, B: 'name~\"mer 3\"'}
"
    crm edit c2 --need-fit 3 >/dev/null
    crm edit c1 --need-fit 5 >/dev/null
    call crm tier why c2
    [ "$(jq -c '[.tier, .score, .terms]' <<<"$out")" = '["C",null,[]]' ]
    [ "$(jq -c '.next | [.tier, .filter, .fails]' <<<"$out")" = '["B","name~\"mer 3\"",["name~mer 3"]]' ]
    line=policy.yaml:$(line_of 'thresholds: \{A: rev')
    [ "$(jq -r .next.policy <<<"$out")" = "$line" ]
    [ "$(steps figure,step,input,policy,value,result)" = "reached|rule|scheme ruled|policy.yaml:$(line_of '^    ruled:')|by rules|
reached|condition|revenue_total>=300|$line|A|met
reached|condition|need_fit>=4|$line|A|not met
reached|condition|status=active|$line|A|met
reached|condition|name~mer 3|$line|B|not met
reached|threshold||policy.yaml:$(line_of '^    ruled:')|the last tier takes the rest|C
tier|decision|- before, C by its figures|policy.yaml:$(line_of '^    ruled:')|new|C
next|next||$line|B: name~\"mer 3\"|fails on name~mer 3" ]
    call crm tier why c3
    [ "$(steps step,result | tail -n 1)" = "next|fails on revenue_total>=300, need_fit>=4" ]
    call crm tier why c1
    [ "$(jq -c '[.tier, .next]' <<<"$out")" = '["A",null]' ]
    [ "$(steps step | grep -c condition)" = 3 ]
    call crm tier why prospect
    [ "$(jq -c '[.tier, .next]' <<<"$out")" = '[null,null]' ]
    [ "$(steps step,result | sed -n 2p)" = "rule|prospects and lost customers have no tier" ]
}

@test "why says what holds a tier, and what sets it by hand" {
    sed -i 's/demote_after: 0 /demote_after: 3 /; s/margin: 0 /margin: 10/' .crm/policy.yaml
    crm tier apply >/dev/null
    order c6 100 2026-02-01
    # Of 1100 in all c1 and c2 have 72.7 %, c3 81.8 %, c6 91.8 %: c4, 97.3 %, is as before.
    crm edit c6 --status lost >/dev/null
    crm edit c5 --status lost >/dev/null
    crm edit c4 --status lost >/dev/null
    # Of 900 c2 now ends at 88.9 %: 8.9 points below the line.
    call crm --now 2026-03-05T09:00 tier why c2
    [ "$(jq -c '[.tier, .reached, .change, .score, .shortfall, .demote_after, .margin, .below]' <<<"$out")" = '["A","B","held",88.8889,8.8889,"3",10,0]' ]
    [ "$(steps figure,step,input,policy,value,result | tail -n 5)" = "tier|below|B||A|8.8889 points below
tier|demote_after||policy.yaml:$(line_of 'demote_after:')|1 of 3 evaluations below the line|holds it
tier|margin|8.8889|policy.yaml:$(line_of 'margin:')|more than 10 points|holds it
tier|decision|A before, B by its figures|policy.yaml:$(line_of '^    abc:')|held|A
next|next||policy.yaml:$(line_of 'thresholds:')|A up to 80 %|$(jq -r '"with revenue of \(.next.raw) (+\(.next.change))"' <<<"$out")" ]
    sed -i 's/demote_after: 3 /demote_after: 2mo /' .crm/policy.yaml
    crm --now 2026-03-05T09:00 tier apply >/dev/null
    call crm --now 2026-03-20T09:00 tier why c2
    [ "$(steps step,input,value,result | grep '^demote_after')" = "demote_after|2026-03-05|+ 2mo|holds it; it falls from 2026-05-05 on" ]
    call crm --now 2026-05-05T09:00 tier why c2
    [ "$(steps step,input,value,result | grep '^demote_after')" = "demote_after|2026-03-05|+ 2mo|lets it go from 2026-05-05 on" ]
    [ "$(jq -c '[.tier, .change]' <<<"$out")" = '["B","demoted"]' ]
    crm --now 2026-03-06T09:00 tier set c2 A --reason "a promise" --until 2026-03-31 >/dev/null
    call crm --now 2026-03-06T09:00 tier why c2
    [ "$(steps figure,step,input,value,result | grep '|pin|')" = "tier|pin|a promise|A|evaluations keep it until 2026-03-31" ]
    call crm --now 2026-04-01T09:00 tier why c2
    [ "$(steps step,value,result | grep -v '^tier_change' | tail -n 5 | head -n 4)" = "pin|A|over: evaluations decide again
below|A|8.8889 points below
demote_after||given by hand: nothing holds it
decision|demoted|B" ]
}

@test "why names the input that is missing, and the way no single one opens" {
    schemes "${STARS/missing: median/missing: unrated}"
    call crm tier why c1
    [ "$(steps figure,step,input,policy,result | grep missing)" = "score|missing|need_fit|policy.yaml:$(line_of '^        need_fit:')|unrated" ]
    crm edit c6 --need-fit 1 >/dev/null
    call crm tier why c6
    [ "$(jq -c .next <<<"$out")" = '{"tier":"B","threshold":50,"points":49,"indicator":"revenue","raw":500,"change":490,"policy":"policy.yaml:'"$(line_of 'A: 80, B: 50')"'"}' ]
    sed -i 's/B: 50/B: 60/' .crm/policy.yaml
    call crm tier why c6
    [ "$(jq -c .next <<<"$out")" = '{"tier":"B","threshold":60,"points":59,"policy":"policy.yaml:'"$(line_of 'A: 80, B: 60')"'"}' ]
    [ "$(steps step,input,value,result | tail -n 1)" = "next|59 points more|B from 60|out of reach by any one indicator" ]
}

# ---- Another policy ----

# FILE SED: the policy in force, changed.
other_policy() {
    sed "$2" .crm/policy.yaml >"$1"
}

@test "simulate shows who moves where by another policy, and writes nothing" {
    crm add staff Li --login li >/dev/null
    crm edit c2 --owner li >/dev/null
    crm tier apply >/dev/null
    other_policy new.yaml 's/A: 80, B: 95/A: 50, B: 80/'
    before=$(book_state)
    call crm tier simulate --policy new.yaml
    [ "$status" = 0 ] && [ -z "$err" ]
    [ "$(book_state)" = "$before" ]
    # A 500; B 300; the rest C. In force: A 500 300, B 100, C 60 30 10 and who is quiet.
    [ "$(jq -c '[.policy, .scheme, .days, .customers, .moved, .up, .down]' <<<"$out")" = '["new.yaml","abc",1,7,2,0,2]' ]
    [ "$(jq -c '.movement[] | [.from, .to_A, .to_B, .to_C, .unrated, .total]' <<<"$out")" = '["A",1,1,0,0,2]
["B",0,0,1,0,1]
["C",0,0,4,0,4]
["unrated",0,0,0,0,0]
["total",1,1,5,0,7]' ]
    [ "$(jq -c '.movers[] | [.customer, .owner, .from, .to, .move, .score_before, .score_after, .why]' <<<"$out")" = '["c2","li","A","B","down",80,80,"line"]
["c3",null,"B","C","down",90,90,"line"]' ]
    # A every 3 months for 60 minutes, B 6 and 30, C 12 and 15; the prospect as the last tier.
    [ "$(jq -c '.load[] | [.owner, (.customers, .visits_before, .visits_after, .hours_before, .hours_after | . * 1)]' <<<"$out")" = '["li",1,0.33,0.17,0.33,0.08]
[null,7,0.92,0.83,0.52,0.46]
["total",8,1.25,1,0.85,0.54]' ]
    call crm tier simulate --policy new.yaml --format table
    [[ $out == *"30.4375 days to the month"* ]]
    # Its own cadence holds by either policy: monthly, then on two days a year.
    crm edit c2 --visit-every 1mo >/dev/null
    [ "$(crm tier simulate --policy new.yaml --part load | jq -c 'select(.owner == "li") | [.visits_before, .visits_after, .hours_before, .hours_after | . * 1]')" = '[1,1,1,0.5]' ]
    crm edit c2 --visit-every "" --visit-days "03-15, lunar 8-1" >/dev/null
    [ "$(crm tier simulate --policy new.yaml --part load | jq -c 'select(.owner == "li") | [.visits_before, .visits_after | . * 1]')" = '[0.17,0.17]' ]
}

@test "simulate prints one part as rows in every format" {
    crm tier apply >/dev/null
    other_policy new.yaml 's/A: 80, B: 95/A: 50, B: 80/'
    call crm tier simulate --policy new.yaml --part movers --format csv --fields customer,from,to,why
    expect 0 "customer,from,to,why
c2,A,B,line
c3,B,C,line" ""
    call crm tier simulate --policy new.yaml --part movement --format tsv --fields from,to_B
    expect 0 $'from\tto_B\nA\t1\nB\t0\nC\t0\nunrated\t0\ntotal\t1' ""
    call crm tier simulate --policy new.yaml --part nothing --format table
    [ "$status" = 2 ]
}

@test "simulate compares tiers of other names, and says what made the difference" {
    crm tier apply >/dev/null
    cat >new.yaml <<'END'
tiers:
  names: [gold, B]
  schemes:
    fit:
      method: score
      indicators: {fit: {source: field, field: need_fit, low: 1, high: 5, weight: 100}}
      thresholds: {gold: 50}
visits:
  cadence:
    gold: {every: 2w, minutes: 60}
    B: {every: 73d, minutes: 30}
complaints:
  limits: [{respond: 8wh, resolve: 5wd}]
END
    crm edit c1 --need-fit 5 >/dev/null
    crm edit c3 --need-fit 2 >/dev/null
    call crm tier simulate --policy new.yaml
    [ "$(jq -c '.movement[] | [.from, .to_gold, .to_B, .unrated, .total]' <<<"$out")" = '["A",1,0,1,2]
["B",0,1,0,1]
["C",0,0,4,4]
["unrated",0,0,0,0]
["total",1,1,5,7]' ]
    [ "$(jq -c '.movers[] | [.customer, .from, .to, .move, .why]' <<<"$out")" = '["c1","A","gold","other","method"]
["c2","A",null,"unrated","input"]
["c4","C",null,"unrated","input"]
["c5","C",null,"unrated","input"]
["c6","C",null,"unrated","input"]
["quiet","C",null,"unrated","input"]' ]
    # 30.4375 / 14 + 7 x 30.4375 / 73 visits; the first of 60 minutes, the others of 30.
    [ "$(jq -c '[.visits_after, .hours_after]' <<<"$out")" = '[5.09,3.63]' ]
}

@test "the other policy is checked, its place is named" {
    other_policy new.yaml 's/A: 80, B: 95/A: 80, B: 70/'
    line=$(grep -n 'B: 70' new.yaml | cut -d: -f1)
    call crm tier simulate --policy new.yaml --format table
    [ "$status" = 3 ] && [ -z "$out" ]
    [[ $err == "crm: new.yaml:$line:"* ]]
    call crm tier simulate --policy missing.yaml
    [ "$status" = 1 ]
    call crm tier simulate --format table
    expect 2 "" $'crm: tier simulate: by which policy?\nhint: add --policy FILE'
    cat >new.yaml <<'END'
tiers:
  schemes:
    paid:
      method: score
      indicators:
        paid: {source: on_time_payment, weight: 100}
      thresholds: {A: 50, B: 20}
END
    call crm tier simulate --policy new.yaml --format table
    [ "$status" = 3 ]
    [[ $err == "crm: new.yaml:6: "*"a book keeps no payments"* ]]
    call crm tier simulate --policy new.yaml --scheme moon --format table
    expect 1 "" $'crm: the policy has no tier scheme \'moon\'\nhint: it has: paid'
}

@test "a new scheme is compared with what is in force; its currency is its own" {
    crm tier apply >/dev/null
    other_policy new.yaml 's/^    # stars:/    best:\n      method: quota\n      indicators: {revenue: {source: revenue, mapping: percentile, weight: 100}}\n      thresholds: {A: 1, B: 1}\n    # stars:/'
    call crm tier simulate --policy new.yaml --scheme best
    [ "$(jq -c '[.scheme_before, .scheme]' <<<"$out")" = '["abc","best"]' ]
    [ "$(jq -c '.movers[] | [.customer, .from, .to, .why]' <<<"$out")" = '["c2","A","B","method"]
["c3","B","C","method"]
["quiet","C",null,"input"]' ]
    other_policy new.yaml 's/^currency: CNY/currency: EUR/'
    call crm tier simulate --policy new.yaml --format table
    [ "$status" = 4 ]
    [[ $err == *"the book's currency, EUR"* ]]
}

@test "simulate makes the evaluations of days gone by again, each on what the last one left" {
    # January: c1 500, c2 300, c3 100, …; in February c6 gets 1000.
    order c6 1000 2026-02-10
    for day in 2026-01-31 2026-02-15 2026-02-25; do
        crm --now "${day}T09:00" tier apply >/dev/null
    done
    # On the first day c1 and c2 are A; from 2026-02-10 on the sum is 2000, c6 has half of it.
    other_policy new.yaml 's/demote_after: 0 /demote_after: 3 /'
    call crm tier simulate --policy new.yaml --since 2026-01-01
    # 2026-02-25 changed nothing: it left no trace. Today's is the last.
    [ "$(jq -c '.evaluations[] | [.on, .policy, .promoted, .demoted, .held, .new, .different]' <<<"$out")" = '["2026-01-31","before",0,0,0,7,0]
["2026-01-31","after",0,0,0,7,0]
["2026-02-15","before",1,2,0,0,2]
["2026-02-15","after",1,0,2,0,2]
["2026-03-02","before",0,0,0,0,2]
["2026-03-02","after",0,0,2,0,2]' ]
    [ "$(jq -c '.moves[] | [.on, .from, .to, .customers]' <<<"$out")" = '["2026-01-31",null,"A",2]
["2026-01-31",null,"B",1]
["2026-01-31",null,"C",4]
["2026-02-15","C","A",1]' ]
    [ "$(jq -c '.movers[] | [.customer, .from, .to, .move, .why]' <<<"$out")" = '["c2","B","A","up","held"]
["c3","C","B","up","held"]' ]
    # The tiers that stand before the first day are kept: it is the history that is replayed.
    call crm tier simulate --policy new.yaml --since 2026-02-01 --part moves
    [ "$(jq -c '[.on, .from, .to, .customers]' <<<"$out")" = '["2026-02-15","C","A",1]' ]
    call crm tier simulate --policy new.yaml --since 2027-01-01 --format table
    [ "$status" = 2 ]
}

@test "without evaluations the first day of each month stands for them" {
    other_policy new.yaml 's/A: 80, B: 95/A: 50, B: 80/'
    crm add "Late" --key late --since 2026-02-20 >/dev/null
    crm edit c1 --since 2024-01-01 >/dev/null
    call crm tier simulate --policy new.yaml --since 2025-12-15 --part evaluations
    # In January nobody has ordered but c1 is a customer; in February six have; late came after.
    [ "$(jq -c 'select(.policy == "before") | [.on, .new]' <<<"$out")" = '["2026-01-01",2]
["2026-02-01",5]
["2026-03-01",1]
["2026-03-02",0]' ]
}

@test "a pin set between evaluations is kept by both policies until it is over" {
    crm --now 2026-01-10T09:00 tier apply >/dev/null
    crm --now 2026-01-20T09:00 tier set c6 A --reason "a promise" --until 2026-02-10 >/dev/null
    order c5 1 2026-02-01
    crm --now 2026-02-05T09:00 tier apply >/dev/null
    order c6 1 2026-02-20
    crm --now 2026-02-22T09:00 tier apply >/dev/null
    other_policy new.yaml 's/A: 80, B: 95/A: 50, B: 80/'
    call crm tier simulate --policy new.yaml --since 2026-01-01 --part moves
    [ "$(jq -c 'select(.from != null) | [.on, .from, .to, .customers]' <<<"$out")" = '["2026-02-22","A","C",1]' ]
}

@test "history counts changes by period" {
    crm --now 2026-01-31T09:00 tier apply >/dev/null
    order c6 1000 2026-02-10
    crm edit c4 --status lost >/dev/null
    crm --now 2026-02-15T09:00 tier apply >/dev/null
    crm tier set c5 A --reason "a promise" >/dev/null
    call crm tier history --by month
    [ "$(jq -c '[.scheme, .by, .from, .to, .changes]' <<<"$out")" = '["abc","month","2026-01","2026-03",12]' ]
    [ "$(jq -c '.periods[] | [.period, .promoted, .demoted, .new, .unrated, .pinned, .changes, .customers]' <<<"$out")" = '["2026-01",0,0,7,0,0,7,7]
["2026-02",1,2,0,1,0,4,4]
["2026-03",0,0,0,0,1,1,1]' ]
    [ "$(jq -c '.movement[] | select(.period == "2026-02") | [.from, .to_A, .to_B, .to_C, .unrated, .total]' <<<"$out")" = '["A",0,1,0,0,1]
["B",0,0,1,0,1]
["C",1,0,0,1,2]
["unrated",0,0,0,0,0]
["total",1,1,1,1,4]' ]
    call crm tier history --by quarter --part periods --fields period,changes --since 2026-02
    expect 0 '{"period":"2026-Q1","changes":5}' ""
    call crm tier history --by year --until 2026-01 --part movement --fields period,from,total
    [ "$(tail -1 <<<"${out%$'\n'}")" = '{"period":"2026","from":"total","total":7}' ]
    call crm tier history c5 --since 2026-02-01 --fields tier,reason
    expect 0 '{"tier":"A","reason":"a promise"}' ""
    call crm tier history --part periods --format table
    expect 2 "" $'crm: tier history: a list has no part \'periods\'\nhint: add --by month, quarter or year'
}

# The figures were found by SQL window functions over the same orders, ties by id.
@test "the real orders: 790 customers evaluated, and by a second policy" {
    need_shared
    rm -rf .crm
    new_book .crm
    export CRM_NOW=2018-01-02T09:00:00+08:00
    crm import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    for manager in 东北,楚杰 中南,范彩 华东,洪光 华北,殷莲 西北,杨健 西南,白德伟; do
        crm add staff "${manager#*,}" --login "${manager#*,}" >/dev/null
        crm list "region=${manager%,*}" --fields key --format csv |
            sed "1s/.*/key,owner/; 2,\$s/\$/,${manager#*,}/" >owners.csv
        crm import owners.csv --as customer --key key >/dev/null
    done
    call crm tier apply
    [ "$(jq -r .tier <<<"$out" | sort | uniq -c | awk '{print $2 $1}' | paste -sd ' ')" = "A298 B177 C315" ]
    other_policy new.yaml 's/A: 80, B: 95/A: 70, B: 90/; s/{every: 3mo, channel: face, minutes: 60/{every: 30d, channel: face, minutes: 90/'
    call crm tier simulate --policy new.yaml
    [ "$(jq -c '.movement[] | [.from, .to_A, .to_B, .to_C, .total]' <<<"$out")" = '["A",228,70,0,298]
["B",0,100,77,177]
["C",0,0,315,315]
["unrated",0,0,0,0]
["total",228,170,392,790]' ]
    [ "$(jq -c '[.moved, .down, (.movers | length)]' <<<"$out")" = '[147,147,147]' ]
    # The load again, from the tiers as they are listed.
    crm list customer --fields owner,tier --format csv | awk -F, '
        NR > 1 { v[$1] += $2 == "A" ? 1/3 : $2 == "B" ? 1/6 : 1/12
                 h[$1] += $2 == "A" ? 1/3 : $2 == "B" ? 1/12 : 1/48 }
        END { for (o in v) printf "%s %.2f %.2f\n", o, v[o], h[o] }' | LC_ALL=C sort >expected
    jq -r '.load[] | select(.owner != "total") | "\(.owner) \(.visits_before) \(.hours_before)"' <<<"$out" |
        awk '{ printf "%s %.2f %.2f\n", $1, $2, $3 }' | LC_ALL=C sort >found
    diff expected found
    # 228 x 30.4375/30 + 170/6 + 392/12 visits; x 90, 30 and 15 minutes.
    [ "$(jq -c '[.visits_before, .visits_after, .hours_before, .hours_after]' <<<"$out")" = '[155.08,292.32,120.65,369.32]' ]
    [ "$(crm tier simulate --policy new.yaml)" = "${out%$'\n'}" ]
}

@test "simulate tells what it takes once the demotions held back have come" {
    crm tier apply >/dev/null
    sed 's/A: 80, B: 95/A: 40, B: 60/' .crm/policy.yaml >now.yaml
    sed 's/demote_after: 0 /demote_after: 2 /' now.yaml >held.yaml
    call crm tier simulate --policy now.yaml
    [ "$(jq -c '[.held, .moved, .visits_after, .hours_after]' <<<"$out")" = \
        "$(jq -c '[.held, .moved, .visits_settled, .hours_settled]' <<<"$out")" ]
    wanted=$(jq -c '[.visits_settled, .hours_settled]' <<<"$out")
    call crm tier simulate --policy held.yaml
    [ "$(jq -c '[.held, .moved, .visits_before == .visits_after]' <<<"$out")" = '[3,0,true]' ]
    [ "$(jq -c '[.visits_settled, .hours_settled]' <<<"$out")" = "$wanted" ]
    call crm tier simulate --policy held.yaml --format table
    [[ $out == *$'\nVisits once none is held '* && $out == *"Held: whom the other policy keeps"* ]]
    call crm tier simulate --policy now.yaml --format table
    [[ $out != *"once none is held"* ]]
}

@test "the years of a relation end with the calendar" {
    schemes 'tiers:
  names: [A, B, C]
  schemes:
    old:
      method: score
      indicators: {years: {source: years, low: 0, high: 10, weight: 100, missing: zero}}
      thresholds: {A: 80, B: 60}
'
    call timeout 20 "$CRM" --now 9999-12-31T12:00:00+08:00 tier --fields customer,tier
    [ "$status" = 0 ]
    [ "$(head -1 <<<"$out")" = '{"customer":"c1","tier":"A"}' ]
}

@test "a change that was imported without its reason is told without one" {
    printf 'customer,scheme,tier,effective_on\nc1,abc,B,2025-05-01\n' >history.csv
    crm import history.csv --as tier_change >/dev/null
    [ "$(crm tier why c1 | jq -c '.steps[] | select(.step == "tier_change") | [.input, .record, .value]')" = \
        '[null,"#1","- → B"]' ]
    [ "$(crm --format table tier why c1 | grep -c '(null)')" = 0 ]
}

@test "an imported tier stands when the scheme that it came by is called otherwise" {
    printf 'customer,scheme,tier,effective_on\nc1,abc,B,2025-05-01\n' >history.csv
    crm import history.csv --as tier_change >/dev/null
    schemes 'tiers: {schemes: {stars: {thresholds: {A: 80, B: 95}}}}'
    crm check --repair >/dev/null
    [ "$(crm list --fields key,tier,tier_since key=c1)" = '{"key":"c1","tier":"B","tier_since":"2025-05-01"}' ]
}
