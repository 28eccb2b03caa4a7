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
    [ "$(jq -c .next <<<"$out")" = '{"tier":"B","threshold":50,"indicator":"revenue","raw":350,"change":50}' ]
    call crm tier why quiet
    [ "$(jq -c '.terms[] | [.raw, .points, .state]' <<<"$out")" = '[0,0,"zero"]
[4,75,"median"]
[null,0,"zero"]' ]
    [ "$(jq -r '([.terms[].product] | add) == .score' <<<"$out")" = true ]
    call crm tier why c2 --format table
    [[ $out == *"next: B with revenue of 350"* ]]
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
