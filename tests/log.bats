#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# crm log: what was written to the book, by whom and when.

load helper

setup_test() {
    new_book
    export USER=lin LOGNAME=lin
    crm add staff "Mei" --login mei >/dev/null
    crm add "Acme Ltd" --key acme --phone 5550100 --owner mei >/dev/null
    crm edit acme --segment retail --status dormant >/dev/null
}

# rows ARGUMENT…: the rows of crm log, blanks as they are.
rows() {
    crm log "$@" --format tsv | tail -n +2
}

@test "entries, the last one first, with what they did" {
    call crm log --fields entry,at,command,what
    expect 0 '{"entry":3,"at":"2026-03-02T09:00:00+08:00","command":"crm edit acme --segment retail --status dormant","what":{"customer":{"changed":1}}}
{"entry":2,"at":"2026-03-02T09:00:00+08:00","command":"crm add '"'Acme Ltd'"' --key acme --phone •••• --owner mei","what":{"customer":{"added":1}}}
{"entry":1,"at":"2026-03-02T09:00:00+08:00","command":"crm add staff Mei --login mei","what":{"staff":{"added":1}}}' ""
    crm remove staff mei 2>/dev/null && return 1
    call crm log --fields entry,what --format table -n 2
    [ "$out" = 'Entry  What
    3  1 customer changed
    2  1 customer added
' ]
}

@test "a command that changes nothing leaves no entry" {
    crm edit acme --segment hotel --dry-run >/dev/null
    crm edit acme --status nonsense 2>/dev/null && return 1
    [ "$(crm log | wc -l)" = 3 ]
}

@test "by day, by actor, and so many" {
    crm --now 2026-03-05T23:30:00+08:00 edit acme --segment hotel >/dev/null
    crm --now 2026-03-06T00:10:00+08:00 edit acme --segment inn >/dev/null
    [ "$(rows --from 2026-03-05 --fields entry)" = $'5\n4' ]
    [ "$(rows --from 2026-03-05 --to 2026-03-05 --fields entry)" = 4 ]
    [ "$(rows --to 2026-03-02 -n 1 --fields entry)" = 3 ]
    [ "$(rows --from 2026-03-06 acme --fields entry,after)" = $'5\tinn' ]
    [ -z "$(rows --by nobody)" ]
    by=$(rows -n 1 --fields by)
    [ -n "$by" ]
    [ "$(rows --by "$by" | wc -l)" = 5 ]
    [ "$(rows acme -n 2 --fields entry)" = $'5\n4' ]
    call crm log --from nonsense
    expect 3 "" -
}

@test "a record, field by field" {
    call crm log acme --fields entry,kind,record,action,field,before,after
    expect 0 '{"entry":3,"kind":"customer","record":"acme","action":"changed","field":"status","before":"active","after":"dormant"}
{"entry":3,"kind":"customer","record":"acme","action":"changed","field":"segment","before":null,"after":"retail"}
{"entry":2,"kind":"customer","record":"acme","action":"added","field":null,"before":null,"after":null}' ""
}

@test "values are written as their fields are" {
    crm add product Crate --code crate --price 12.5 --currency CNY >/dev/null
    crm edit product crate --price 12.3456 >/dev/null
    [ "$(rows product crate --fields field,before,after)" = $'price\t12.5\t12.3456\n\t\t' ]
    crm edit acme --owner "" --tags "vip,east" >/dev/null
    [ "$(rows 6 --fields field,before,after)" = $'owner\tmei\t\ntags\t\tvip east' ]
    crm visit add acme --planned-on 2026-03-09 >/dev/null
    crm visit done V-1 --at "2026-03-02 08:30" --channel phone >/dev/null
    [ "$(rows V-1 --fields field,before,after | grep -E 'done_at|status')" = \
        $'done_at\t\t2026-03-02T08:30:00+08:00\nstatus\tplanned\tdone' ]
    [[ $(crm --lang zh_CN log V-1 --format table) == *"计划"*"已"* ]]
}

@test "fields of the policy's own, one by one" {
    cat >>.crm/policy.yaml <<'END'
fields:
  customer:
    rooms: {type: integer}
    chef: {type: text, sensitive: yes}
END
    crm edit acme --set rooms=12 --set chef=Wu >/dev/null
    crm edit acme --set rooms=14 >/dev/null
    [ "$(rows acme --fields entry,field,before,after | grep -E 'rooms|chef')" = \
        $'5\trooms\t12\t14\n4\trooms\t\t12\n4\tchef\t\t••••' ]
}

@test "personal fields are masked unless asked for" {
    crm edit acme --phone 5550199 --email a@example.com >/dev/null
    call crm log acme
    [[ $out != *5550199* && $out != *5550100* && $out != *example.com* ]]
    [ "$(rows acme --fields field,before,after | grep phone)" = $'phone\t••••\t••••' ]
    call crm log --sensitive acme --fields before,after
    [[ $out == *'{"before":"5550100","after":"5550199"}'* ]]
    call crm log 4
    [[ $out != *5550199* ]]
}

@test "all that belongs to a customer, removed things too" {
    crm add contact --customer acme "Li Ying" >/dev/null
    crm add order N-1 --customer acme >/dev/null
    crm add line --order-ref N-1 --quantity 2 --unit-price 50 >/dev/null
    crm complain add acme "late" --owner mei >/dev/null
    crm complain respond C-1 --reason "called" >/dev/null
    crm add note acme "likes tea" >/dev/null
    crm tier set acme A --reason "key account" >/dev/null
    crm remove N-1 2>/dev/null || crm remove note N-1 >/dev/null
    crm add "Other Ltd" --key other >/dev/null
    [ "$(rows acme --fields kind,record,action | sort -u)" = "$(printf '%s\t%s\t%s\n' \
        complaint C-1 added complaint C-1 changed \
        complaint_event '#1' added complaint_event '#2' added \
        contact P-1 added customer acme added customer acme changed \
        line O-1/1 added note N-1 added note N-1 removed order O-1 added \
        tier_change '#1' added | sort -u)" ]
    [ "$(rows other --fields kind)" = customer ]
}

@test "an order with its lines, a complaint with its events" {
    crm add order N-1 --customer acme >/dev/null
    crm add line --order-ref N-1 --quantity 2 --unit-price 50 >/dev/null
    crm edit order N-1 --ordered-on 2026-01-15 >/dev/null
    [ "$(rows O-1 --fields entry,record,action,field,after)" = "$(printf '%s\t%s\t%s\t%s\t%s\n' \
        6 O-1/1 changed ordered_on 2026-01-15 6 O-1 changed ordered_on 2026-01-15 \
        5 O-1/1 added '' '' 4 O-1 added '' '')" ]
    crm complain add acme "late" --owner mei >/dev/null
    crm complain resolve C-1 --solution "sent again" >/dev/null
    [ "$(rows C-1 --fields record,action | sort | uniq -c | sed 's/^ *//')" = "$(printf '%s\n' \
        $'1 #1\tadded' $'1 #2\tadded' $'1 C-1\tadded' $'4 C-1\tchanged')" ]
}

@test "what was removed is named by number, key or name" {
    crm add "Slip Ltd" --key slip --external-id X-1 >/dev/null
    crm remove slip >/dev/null
    local reference
    for reference in slip '#2' X-1 "Slip Ltd"; do
        call crm log "$reference" --fields entry,action,field,before
        [ "$status" = 0 ]
        [[ $out == *'{"entry":5,"action":"removed","field":"key","before":"slip"}'* ]]
        [[ $out == *'{"entry":4,"action":"added","field":null,"before":null}'* ]]
    done
    call crm log nosuch
    expect 1 "" "crm: there is no customer 'nosuch'
hint: look for it with: crm list customer 'nosuch'"
}

@test "a number given again is another record" {
    crm add "Slip Ltd" --key slip >/dev/null
    crm edit slip --segment retail >/dev/null
    crm remove slip >/dev/null
    crm add "Next Ltd" --key next >/dev/null
    [ "$(rows next --fields entry,action)" = $'7\tadded' ]
}

@test "what was merged into a customer keeps its history" {
    crm add "Twin" --key twin >/dev/null
    crm add contact --customer twin "Li Ying" >/dev/null
    crm edit P-1 --title chef >/dev/null
    crm merge twin acme >/dev/null
    [ "$(rows acme --fields entry,record,field,before,after | grep P-1)" = \
        "$(printf '%s\t%s\t%s\t%s\t%s\n' 7 P-1 customer twin acme 6 P-1 title '' chef 5 P-1 '' '' '')" ]
    [[ $(rows twin --fields entry,record,action) == *$'7\tP-1\tchanged'* ]]
}

@test "a bare number is an entry, with a kind it is a key" {
    crm add "Numbered" --key 2 >/dev/null
    [ "$(rows 2 --fields record)" = acme ]
    [ "$(rows customer 2 --fields record)" = 2 ]
    call crm log 99
    expect 1 "" "crm: the journal has no entry 99: its last is 4
hint: a record with that key is named with its kind, as in: crm log customer 99"
    call crm undo 99
    expect 1 "" $'crm: the journal has no entry 99: its last is 4\nhint: crm log shows what each did'
}

@test "so many rows are at least one" {
    for number in 0 -1; do
        call crm log -n "$number"
        expect 2 "" "crm: --limit: $number is less than 1"$'\nhint: leave it out for all'
        call crm report book --limit "$number"
        expect 2 "" "crm: --limit: $number is less than 1"$'\nhint: leave it out for all'
    done
}

@test "an import is one entry, row by row" {
    printf 'key,name\na,A\nb,B\nacme,Acme Limited\n' >customers.csv
    crm import customers.csv --as customer >/dev/null
    [ "$(crm log -n 1 | jq -c .what)" = '{"customer":{"added":2,"changed":1}}' ]
    [ "$(rows 4 --fields record,action,before,after)" = \
        "$(printf '%s\t%s\t%s\t%s\n' a added '' '' b added '' '' acme changed 'Acme Ltd' 'Acme Limited')" ]
    crm remove a >/dev/null
    [[ $(rows 4 --fields record,action) == *$'a\tadded'* ]]
}

@test "a removed record is found by a name with quotes and backslashes" {
    crm add 'Joe "X" Bar\Baz' --key joe -q
    crm remove joe -q
    [ "$(crm log 'Joe "X" Bar\Baz' --format csv --fields record,action | sort -u)" = \
        $'joe,added\njoe,removed\nrecord,action' ]
}

@test "a field that the policy declares no more is masked: it may have been sensitive" {
    printf 'fields: {customer: {secret: {type: text, sensitive: yes}}}\n' >>.crm/policy.yaml
    crm add A --key a --set secret=hush -q
    crm edit a --set secret=hushhush -q
    sed -i '$d' .crm/policy.yaml
    call crm log a --format csv --fields field,before,after
    [[ $out == *"secret,"* && $out != *hush* ]]
    call crm log a --sensitive --format csv --fields field,before,after
    [[ $out == *"secret,hush,hushhush"* ]]
}

@test "what chooses among entries is no use for one of them" {
    call crm log 1 --by nobody
    [[ $status -eq 2 && $err == *"leave out the number of the entry, or the options"* ]]
    call crm log 0
    [ "$status" -eq 1 ]
}
