#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# crm undo: takes back what a command did.

load helper

setup_test() {
    new_book
    crm add staff "Mei" --login mei >/dev/null
    crm add "Acme Ltd" --key acme --phone 5550100 --owner mei >/dev/null
    # Entry 3 mends a figure.
    query_store 'UPDATE customer SET open_complaints = 1' >/dev/null
    crm check --repair >/dev/null 2>&1 || true
}

# All that can be seen of the book, in the order of kinds.
whole() {
    local kind
    for kind in staff customer contact product order line complaint complaint_event visit survey_answer \
        tier_change note; do
        echo "== $kind"
        crm export "$kind" --sensitive
        crm list "$kind" --sensitive
    done
    crm report revenue --by month --from 2010 --to 2030
}

last_entry() {
    crm log -n 1 | jq .entry
}

# undone COMMAND…: runs it, undoes it, compares; then does it again, and compares.
undone() {
    whole >before
    crm "$@" >/dev/null || return 1
    whole >after
    crm undo >/dev/null || return 1
    whole | diff before - || { echo "^^ undo of crm $*"; return 1; }
    crm undo >/dev/null || return 1
    whole | diff after - || { echo "^^ undo of the undo of crm $*"; return 1; }
    crm undo >/dev/null || return 1
    whole | diff before - || { echo "^^ third undo of crm $*"; return 1; }
}

@test "the last command, as a row" {
    crm edit acme --segment retail >/dev/null
    call crm undo
    expect 0 '{"entry":4,"at":"2026-03-02T09:00:00+08:00","by":"'"$(crm log -n 1 | jq -r .by)"'","command":"crm edit acme --segment retail","what":{"customer":{"changed":1}},"undoes":null,"undone_by":5}' ""
    [ "$(crm show acme --fields segment)" = '{"segment":null}' ]
    [ "$(crm log -n 1 --fields entry,command,what,undoes)" = '{"entry":5,"command":"crm undo","what":{"customer":{"changed":1}},"undoes":4}' ]
    [ "$(crm log -n 2 | jq -c 'select(.entry == 4) | .undone_by')" = 5 ]
}

@test "an evaluation by a scheme that is new leaves the tiers that stood before it" {
    crm tier apply >/dev/null
    crm tier set acme A --reason "a promise" >/dev/null
    printf 'tiers: {schemes: {stars: {thresholds: {A: 80, B: 95}}}}\n' >.crm/policy.yaml
    undone tier apply
    [ "$(crm show acme --fields tier,tier_since)" = '{"tier":"A","tier_since":"2026-03-02"}' ]
}

@test "what each command did" {
    undone add "Beta" --key beta
    undone edit acme --segment retail --status dormant --since 2020-01-01 --tags vip
    undone edit acme --status lost
    undone add contact --customer acme "Li Ying"
    undone add order N-1 --customer acme --ordered-on 2025-06-01
    crm add order N-1 --customer acme --ordered-on 2025-06-01 >/dev/null
    undone add line --order-ref N-1 --quantity 2 --unit-price 50 --profit 10
    crm add line --order-ref N-1 --quantity 2 --unit-price 50 --profit 10 >/dev/null
    undone edit order N-1 --status cancelled
    undone edit order N-1 --ordered-on 2024-01-31 --currency USD
    undone visit add acme --channel face --at "2026-02-10 10:00" --next-on 2026-04-01
    undone visit add acme --planned-on 2026-04-02
    undone tier set acme A --reason "key account" --until 2026-12
    undone tier apply
    undone survey ask nps acme --answer recommend=9
    undone add note acme "likes tea"
    undone remove order N-1
}

@test "complaints, their limits included" {
    crm tier set acme C --reason small >/dev/null
    crm complain add acme "late" --owner mei --severity high >/dev/null
    undone complain add acme "late again" --owner mei
    undone complain respond C-1 --reason "called"
    crm tier set acme A --reason grown >/dev/null
    # The limit that it has was computed while the customer was in another tier.
    undone complain pause C-1 --reason "waits for the customer"
    undone edit C-1 --severity low
    undone complain assign C-1 --department service
    undone complain resolve C-1 --solution "sent again"
}

@test "a merge, with everything moved" {
    crm add "Twin" --key twin --segment retail >/dev/null
    crm add contact --customer twin "Li Ying" >/dev/null
    crm add order N-1 --customer twin --ordered-on 2025-06-01 >/dev/null
    crm add line --order-ref N-1 --quantity 2 --unit-price 50 >/dev/null
    crm tier set twin A --reason "key account" >/dev/null
    crm complain add twin "late" --owner mei >/dev/null
    undone merge twin acme
}

@test "an import, and one that changed what was there" {
    printf 'key,name,segment\na,A,x\nacme,Acme Limited,y\n' >customers.csv
    undone import customers.csv --as customer
    crm import customers.csv --as customer >/dev/null
    cat >orders.csv <<'END'
order,customer,date,product,quantity,amount
1,a,2025-01-05,p1,1,10.50
1,a,2025-01-05,p2,2,20
2,acme,2025-02-05,p1,1,10.50
3,new,2025-02-06,p3,1,1
END
    cat >map.yaml <<'END'
as: order
fields:
  order.number: order
  order.ordered_on: date
  customer.key: customer
  customer.name: customer
  product.code: product
  product.name: product
  line.quantity: quantity
  line.amount: amount
END
    undone import orders.csv --as order --map map.yaml
    crm import orders.csv --as order --map map.yaml >/dev/null
    sed 's/10.50/11.75/' orders.csv >again.csv
    undone import again.csv --as order --map map.yaml
}

# Orders of two customers in turns, some lines with a field that others have not.
import_orders() {
    cat >map.yaml <<'END'
as: order
fields:
  order.number: order
  order.ordered_on: date
  customer.key: customer
  customer.name: customer
  product.code: product
  product.name: product
  line.quantity: quantity
  line.amount: amount
  line.description: words
END
    echo order,customer,date,product,quantity,amount,words >orders.csv
    local i
    for ((i = 1; i <= 60; i++)); do
        printf '%d,c%d,2025-01-%02d,p%d,%d,%d,%s\n' "$((i / 2))" "$((i / 2 % 2))" "$((i / 2 % 28 + 1))" \
            "$((i % 3))" "$i" "$((i * 10))" "$( ((i % 7)) || echo "say \"\"$i\"\"; 备注" | sed 's/.*/"&"/')" >>orders.csv
    done
    crm "$@" import orders.csv --as order --map map.yaml
}

@test "many lines of each customer: kept together, told one by one" {
    import_orders -q >/dev/null
    undone undo
    crm undo -q >/dev/null
    [ "$(crm log -n 1 | jq -c .what.line)" = '{"removed":60}' ]
    [ "$(crm log "$(last_entry)" | jq -r 'select(.kind == "line" and .action == "removed") | .record' |
        sort -u | wc -l)" = 60 ]
    [ "$(crm log "$(last_entry)" | jq -r 'select(.kind == "line" and .field == "description") | .before' |
        sort | head -n 1)" = 'say "14"; 备注' ]
    crm check >/dev/null
    # As they came back, and were removed again.
    crm undo -q >/dev/null
    [ "$(crm log -n 1 | jq -c .what.line)" = '{"restored":60}' ]
    crm log "$(last_entry)" | jq -r 'select(.kind == "line") | .action' | sort | uniq -c |
        grep -qx ' *60 restored'
    crm check >/dev/null
    crm undo -q >/dev/null
    crm check >/dev/null
}

@test "lines of one order among others of its customer: its own are told and shown" {
    import_orders -q >/dev/null
    [ "$(crm show O-2 --fields lines,amount)" = '{"lines":2,"amount":50}' ]
    crm show c1 >before
    CRM_NOW=2026-03-03T09:00:00+08:00 crm undo -q >/dev/null
    export CRM_NOW=2026-03-04T09:00:00+08:00
    crm log order O-2 | jq -r 'select(.kind == "line") | .record' | sort -u >said
    [ "$(cat said)" = $'O-2/1\nO-2/2' ]
    crm show O-2 --as-of 2026-03-02 | jq -c '{lines, amount}' | grep -qxF '{"lines":2,"amount":50}'
    CRM_NOW=2026-03-02T09:00:00+08:00 crm show c1 --as-of 2026-03-02 2>/dev/null | diff before - || return 1
    # They come back: of the day between nothing is there.
    crm undo -q >/dev/null
    [ "$(crm show O-2 --fields lines,amount)" = '{"lines":2,"amount":50}' ]
    call crm show O-2 --as-of 2026-03-03
    [ "$status" = 1 ]
    [[ $err == *"it had been removed"* ]]
    crm show O-2 --as-of 2026-03-02 | jq -c '{lines, amount}' | grep -qxF '{"lines":2,"amount":50}'
}

@test "one at a time, back to the beginning" {
    whole >before
    crm add "Beta" --key beta >/dev/null
    crm edit beta --segment retail >/dev/null
    crm add contact --customer beta "Li Ying" >/dev/null
    local entry
    for entry in 6 5 4; do
        crm undo "$entry" >/dev/null
    done
    whole | diff before -
    [ "$(crm log --fields entry,undone_by -n 6 | jq -sc 'map([.entry, .undone_by])')" = \
        '[[9,null],[8,null],[7,null],[6,7],[5,8],[4,9]]' ]
}

@test "an entry of long ago, with which nothing since meets" {
    crm edit acme --segment retail >/dev/null
    crm edit acme --status dormant >/dev/null
    crm add "Beta" --key beta >/dev/null
    crm undo 4 >/dev/null
    [ "$(crm show acme --fields segment,status)" = '{"segment":null,"status":"dormant"}' ]
}

@test "what was undone already is named with what undid it" {
    crm edit acme --segment retail >/dev/null
    crm undo 4 >/dev/null
    call crm undo 4
    expect 4 "" "crm: entry 4 is undone already, by entry 5
hint: do it again by undoing that one: crm undo 5"
    crm undo 5 >/dev/null
    [ "$(crm show acme --fields segment)" = '{"segment":"retail"}' ]
    # It holds again, and can be undone again.
    crm undo 4 >/dev/null
    [ "$(crm show acme --fields segment)" = '{"segment":null}' ]
}

# refused ENTRY LATER…: the undo is refused, and names these entries.
refused() {
    local entry=$1 later list=
    shift
    whole >before
    call crm undo "$entry"
    [ "$status" = 4 ] || return 1
    for later in "$@"; do
        list+=${list:+, }"$later ("
        [[ $err == *" $later ("* ]] || { echo "$later is not named: $err"; return 1; }
    done
    [ "$(grep -oE '[0-9]+ \(' <<<"$err" | wc -l)" = "$#" ] || { echo "more are named: $err"; return 1; }
    whole | diff before -
}

@test "refused: the same field changed later" {
    crm edit acme --segment retail --status dormant >/dev/null
    crm edit acme --segment hotel >/dev/null
    crm edit acme --notes "quiet" >/dev/null
    call crm undo 4
    [ "$status" = 4 ]
    [ "$out" = "" ]
    [[ $err == "crm: entry 4 cannot be undone: later entries build on it: 5 ("*": crm edit acme --segment hotel)
hint: undo those first, the last one before the others: crm undo 5"* ]]
    # Once that is undone, nothing stands in the way.
    crm undo 5 >/dev/null
    crm undo 4 >/dev/null
    [ "$(crm show acme --fields segment,status,notes)" = '{"segment":null,"status":"active","notes":"quiet"}' ]
}

@test "refused: what it added was changed, removed or referred to" {
    crm add "Beta" --key beta >/dev/null
    crm edit beta --segment retail >/dev/null
    crm add contact --customer beta "Li Ying" >/dev/null
    crm edit acme --parent beta >/dev/null
    refused 4 5 6 7
    crm add contact --customer acme "Wang" >/dev/null
    crm remove contact P-2 >/dev/null
    refused 8 9
}

@test "refused: what it took is needed or taken" {
    crm edit acme --owner "" >/dev/null
    crm remove staff mei >/dev/null
    refused 4 5
    crm edit acme --name "Acme Limited" >/dev/null
    crm remove acme >/dev/null
    crm add "Another" --key acme >/dev/null
    refused 7 8
}

@test "refused: what it added is needed by one whose history was forgotten" {
    crm add "Xu" --key xu --kind person >/dev/null
    crm add staff "Sam" --login sam >/dev/null
    crm edit xu --owner sam >/dev/null
    crm add product "Green tea" --code green >/dev/null
    crm add order N-1 --customer xu --ordered-on 2026-01-05 >/dev/null
    crm add line --order-ref N-1 --product green --amount 5 >/dev/null
    crm add product "Tea" --code tea >/dev/null
    crm merge product green tea >/dev/null
    crm add contact "Gone" --customer acme >/dev/null
    crm remove contact Gone >/dev/null
    crm forget contact Gone -q >/dev/null
    crm forget xu -q >/dev/null
    refused 5 6 15
    refused 10 11
    refused 12 13
    # What the person does not need any more goes.
    crm edit '#2' --owner "" >/dev/null
    crm undo 5 >/dev/null
    crm check -q >/dev/null
}

@test "refused: more than a few are counted" {
    crm add "Beta" --key beta >/dev/null
    local i
    for i in 1 2 3 4 5; do
        crm edit beta --notes "$i" >/dev/null
    done
    call crm undo 4
    [ "$status" = 4 ]
    [[ $err == *" 5 ("*" 6 ("*" 7 ("*" and 2 more"* ]]
}

@test "refused: nothing that the journal keeps" {
    call crm undo 3
    expect 4 "" "crm: entry 3 changed nothing that the journal keeps: computed figures, or files
hint: policy, calendars and survey templates are files: put back a copy"
    call crm undo 99
    expect 1 "" -
    call crm undo nonsense
    expect 2 "" -
    call crm undo 0
    expect 2 "" -
    crm init --zone Asia/Shanghai other >/dev/null
    call crm --book other undo
    expect 1 "" "crm: there is nothing to undo
hint: nothing was written to this book yet"
}

@test "a dry run shows it and changes nothing" {
    crm edit acme --segment retail >/dev/null
    whole >before
    call crm undo --dry-run
    [ "$status" = 0 ]
    [ "$(jq -c '[.entry, .undone_by]' <<<"$out")" = '[4,5]' ]
    whole | diff before -
    [ "$(last_entry)" = 4 ]
}

@test "reminders that were given come again" {
    crm visit add acme --planned-on 2026-03-03 --channel phone >/dev/null
    crm --now 2027-06-01 remind --new >first
    [ -s first ]
    [ -z "$(crm --now 2027-06-01 remind --new)" ]
    crm --now 2027-06-01 undo >/dev/null
    call crm --now 2027-06-01 undo
    expect 4 "" "crm: entry 6 made reminders come again, which is not undone
hint: have them told, and they count as given: crm remind --new"
    crm --now 2027-06-01 remind --new | diff first -
}

# One random command; what is refused counts as well: then nothing happens.
random_command() {
    local customer order number=$RANDOM day
    customer=$(crm list customer --fields key --format tsv | tail -n +2 | shuf -n 1 --random-source=<(yes "$RANDOM"))
    order=$(crm export order --format tsv 2>/dev/null | tail -n +2 | wc -l)
    order=O-$((RANDOM % (order + 1) + 1))
    day=202$((RANDOM % 6))-0$((RANDOM % 9 + 1))-1$((RANDOM % 9))
    case $((RANDOM % 18)) in
    0) crm add "Customer $number" --key "k$number" --owner mei ;;
    1) crm edit "$customer" --segment "s$((RANDOM % 3))" --status dormant ;;
    2) crm edit "$customer" --status lost ;;
    3 | 4) crm add order "N$number" --customer "$customer" --ordered-on "$day" ;;
    5 | 6) crm add line --order-ref "$order" --quantity $((RANDOM % 9 + 1)) --unit-price "$number" ;;
    7) crm edit "$order" --status cancelled ;;
    8) crm edit "$order" --customer "$customer" --ordered-on "$day" ;;
    9) crm visit add "$customer" --channel face --at "2026-02-1$((RANDOM % 9)) 10:00" --next-on 2026-05-01 ;;
    10) crm visit add "$customer" --planned-on 2026-04-1$((RANDOM % 9)) ;;
    11) crm complain add "$customer" "text $number" --owner mei --severity high ;;
    12) crm complain pause "C-$((RANDOM % 3 + 1))" --reason waits ;;
    13) crm complain resolve "C-$((RANDOM % 3 + 1))" --solution done ;;
    14) crm tier set "$customer" B --reason test ;;
    15) crm tier apply ;;
    16) crm survey ask nps "$customer" --answer "recommend=$((RANDOM % 11))" --force ;;
    17) crm merge "$customer" acme ;;
    esac
}

@test "random commands, each undone, done again and sometimes undone again" {
    local seed=${UNDO_SEED:-$((SRANDOM % 100000))} round entry
    echo "seed $seed"
    RANDOM=$seed
    crm add "Base" --key base --owner mei >/dev/null
    crm add order N1 --customer base --ordered-on 2025-03-01 >/dev/null
    for ((round = 0; round < ${UNDO_ROUNDS:-12}; round++)); do
        whole >before
        entry=$(last_entry)
        random_command >/dev/null 2>&1 || continue
        [ "$(last_entry)" != "$entry" ] || continue
        entry=$(last_entry)
        [ "$(crm log -n 1 | jq -c .what)" != '{}' ] || continue
        crm log -n 1
        whole >after
        crm undo "$entry" >/dev/null
        whole | diff before -
        crm undo >/dev/null
        whole | diff after -
        [ $((RANDOM % 3)) != 0 ] || crm undo "$entry" >/dev/null
    done
}

@test "refused: an older record has the key by now" {
    crm add A --key a -q
    crm add B --key b -q
    crm edit a --key c -q
    crm edit b --key a -q
    call crm undo "$(($(crm log --format jsonl | jq -s 'map(.entry) | max') - 1))"
    [ "$status" -eq 4 ]
    [[ $err == *"later entries build on it: "*": crm edit b --key a"* ]]
}
