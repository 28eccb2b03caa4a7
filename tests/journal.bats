#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The journal: what each command leaves in it, and that nothing in it can be changed unnoticed.
load helper

setup_test() {
    command -v sqlite3 >/dev/null || skip "no sqlite3"
    new_book
}

# The engines call their functions of JSON otherwise.
ask() {
    local text=$1
    if on_postgres; then
        text=${text//json_object(/json_build_object(}
        text=${text//json_array(/json_build_array(}
    fi
    query_store "$text"
}

# images [ENTRY]: of the last entry, one a line
images() {
    ask "SELECT kind, record, customer, action, before_values, after_values FROM journal_image
         WHERE entry = ${1:-(SELECT max(id) FROM journal)} ORDER BY number"
}

added() {
    ask 'SELECT added FROM journal ORDER BY id DESC LIMIT 1'
}

# The chain computed anew, by sha256sum alone: prints what differs.
verify() {
    local before entry row digest
    before=$(printf '%064d' 0)
    while IFS= read -r entry; do
        row=$(ask "SELECT json_object('at', happened_at, 'by', actor, 'command', command, 'salt', salt,
            'command_digest', command_digest, 'added', added, 'images', images_digest,
            'before', previous_hash, 'hash', hash, 'undoes', undoes) FROM journal WHERE id = $entry")
        get() { jq -j --arg name "$1" '.[$name] // ""' <<<"$row"; }
        digest=$( (get salt && get command) | sum)
        [ "$digest" = "$(get command_digest)" ] || echo "entry $entry: command"
        digest=$(image_digests "$entry" | tr -d '\n' | sum)
        [ "$digest" = "$(get images)" ] || echo "entry $entry: images"
        [ "$before" = "$(get before)" ] || echo "entry $entry: hash before"
        digest=$( (get before && echo && echo "$entry" && get at && echo && get by && echo &&
            get command_digest && echo && get added && echo && get images && get undoes | sed 's/^/\n/') | sum)
        [ "$digest" = "$(get hash)" ] || echo "entry $entry: hash"
        before=$digest
    done < <(ask 'SELECT id FROM journal ORDER BY id')
}

expect_chain() {
    verify >said
    [ ! -s said ] || { cat said && return 1; }
}

sum() {
    sha256sum | cut -d' ' -f1
}

image_digests() {
    local text
    while IFS= read -r text; do
        jq -j 'map(. // "" | tostring) | join("\n")' <<<"$text" | sum
    done < <(ask "SELECT json_array(salt, kind, record, action, before_values, after_values)
                  FROM journal_image WHERE entry = $1 ORDER BY number")
}

@test "a command that writes leaves one entry: who, when, what" {
    crm add "Acme Ltd" >/dev/null
    crm add 'Zeta' --notes "it's" >/dev/null
    [ "$(ask "SELECT id, happened_at, command, added FROM journal")" = \
        "1|2026-03-02T01:00:00Z|crm add 'Acme Ltd'|{\"customer\":{\"count\":1,\"first\":1,\"last\":1}}
2|2026-03-02T01:00:00Z|crm add Zeta --notes 'it'\\''s'|{\"customer\":{\"count\":1,\"first\":2,\"last\":2}}" ]
    [ "$(ask 'SELECT entry FROM customer ORDER BY id')" = $'1\n2' ]
    [ -z "$(images 1)$(images 2)" ]
}

@test "what reads, is refused or only tried leaves none" {
    for command in list remind 'visit due' 'tier' log; do
        # shellcheck disable=SC2086
        crm $command >/dev/null
    done
    [ "$(ask 'SELECT count(*) FROM journal')" = 0 ]
    crm add Acme >/dev/null
    crm list customer >/dev/null
    crm show acme >/dev/null
    crm edit acme --name Other --dry-run >/dev/null
    call crm edit acme --email nonsense
    expect 3
    call crm add Acme --key acme
    [ "$status" != 0 ]
    [ "$(ask 'SELECT count(*) FROM journal')" = 1 ]
    [ "$(ask 'SELECT count(*) FROM journal_image')" = 0 ]
}

@test "nor does the first reader write to a new book, or the one after a change of the policy to the journal" {
    state=$(book_state)
    crm list >/dev/null
    crm remind >/dev/null
    [ "$(book_state)" = "$state" ]
    crm add Acme --key acme --since 2026-01-01 >/dev/null
    before=$(crm list --fields next_visit_on)
    sed -i 's/every: 12mo/every: 9mo/' .crm/policy.yaml
    [ "$(crm list --fields next_visit_on)" != "$before" ]
    sed -i 's/every: 9mo/every: 6mo/' .crm/policy.yaml
    crm visit due >/dev/null
    sed -i 's/every: 6mo/every: 3mo/' .crm/policy.yaml
    crm remind >/dev/null
    [ "$(crm log --fields entry | jq -c .entry)" = 1 ]
    crm undo >/dev/null
    [ -z "$(crm list)" ]
    crm check >/dev/null
}

@test "a change keeps the values before and after, of the fields that differ" {
    crm add staff 林涛 --login lin >/dev/null
    crm add Acme --notes $'two\nlines "quoted"' >/dev/null
    crm edit acme --notes 备注 --owner lin --industry retail >/dev/null
    [ "$(images)" = 'customer|1|1|changed|{"industry":null,"owner":null,"notes":"two\nlines \"quoted\""}|{"industry":"retail","owner":1,"notes":"备注"}' ]
    [ "$(added)" = '{}' ]
    expect_chain
}

@test "money is kept as it is stored" {
    crm add product Widget --code w --price 129.6 >/dev/null
    crm edit product w --price 130.0001 >/dev/null
    [ "$(images)" = 'product|1||changed|{"price":1296000}|{"price":1300001}' ]
}

@test "a removal keeps the whole row" {
    crm add staff 林涛 --login lin >/dev/null
    crm add Acme --owner lin >/dev/null
    crm add contact 王芳 --customer acme --phone 13800000000 >/dev/null
    crm remove contact 王芳 >/dev/null
    images | grep -F 'contact|1|1|removed|{"id":1,' | grep -F '"name":"王芳"' | grep -F '"phone":"13800000000"' |
        grep -qF '"entry":3}|'
    expect_chain
}

@test "what is derived makes no image" {
    crm add Acme >/dev/null
    crm add order N1 --customer acme >/dev/null
    crm add line --order-ref N1 --amount 12.5 >/dev/null
    [ "$(ask 'SELECT revenue_total FROM customer')" = 125000 ]
    [ -z "$(ask 'SELECT * FROM journal_image')" ]
    [ "$(added)" = '{"order_line":{"count":1,"first":1,"last":1}}' ]
}

@test "a merge keeps what moved and what went" {
    crm add Acme >/dev/null
    crm add Zeta --phone 123456 >/dev/null
    crm add order N1 --customer zeta >/dev/null
    crm add line --order-ref N1 --amount 12.5 >/dev/null
    crm merge zeta acme >/dev/null
    images >said
    grep -qF 'order|1|2|changed|{"customer":2}|{"customer":1}' said
    # Whose it was: where it went stands among its values.
    # A line has no id: its key stands in both.
    grep -qF 'line||2|changed|{"customer":2,"ordered_on":"2026-03-02","order_ref":1,"line_number":1}|{"customer":1,"ordered_on":"2026-03-02","order_ref":1,"line_number":1}' said
    grep -F 'customer|2|2|removed|{"id":2,"key":"zeta"' said | grep -qF '"phone":"123456"'
    expect_chain
}

@test "removed lines of one customer are one image" {
    crm add Acme >/dev/null
    crm add order N1 --customer acme >/dev/null
    crm add line --order-ref N1 --amount 12.5 >/dev/null
    crm add line --order-ref N1 --amount 3 --description "more, \"all\"" >/dev/null
    crm add line --order-ref N1 --amount 3 >/dev/null
    crm remove order N1 >/dev/null
    [ "$(ask "SELECT sum(row_count), count(*) - count(record), min(customer), max(customer)
              FROM journal_image WHERE kind = 'line'")" = '3|2|1|1' ] ||
        [ "$(ask "SELECT row_count, record, customer FROM journal_image WHERE kind = 'line'")" = '3||1' ]
    ask "SELECT before_values FROM journal_image WHERE kind = 'line' ORDER BY number" >said
    jq -e 'has("columns") and has("rows")' said >/dev/null
    jq -s 'map(.rows[][:1]) | flatten | length' said | grep -qx 3
    [ "$(crm log -n 1 | jq -c .what)" = '{"order":{"removed":1},"line":{"removed":3}}' ]
    expect_chain
    # How many rows it is about is known from its values.
    ask "UPDATE journal_image SET row_count = row_count + 1 WHERE kind = 'line' AND number =
         (SELECT max(number) FROM journal_image WHERE kind = 'line')" >/dev/null
    crm check --format jsonl >said 2>/dev/null && return 1
    grep -qF '"field":"row_count"' said
}

@test "events of a complaint belong to its customer, even when both go" {
    crm add staff 林涛 --login lin >/dev/null
    crm add Acme >/dev/null
    crm complain add acme broken --owner lin >/dev/null
    crm complain respond C-1 >/dev/null
    [ "$(ask "SELECT customer FROM journal_image WHERE kind = 'complaint'")" = 1 ]
    crm remove C-1 >/dev/null
    [ "$(ask "SELECT DISTINCT kind, customer, action FROM journal_image
              WHERE entry = (SELECT max(id) FROM journal) ORDER BY 1")" = \
        $'complaint|1|removed\ncomplaint_event|1|removed' ]
    expect_chain
}

@test "more images than wait in memory are whole, and in order" {
    local i text
    crm add Acme >/dev/null
    crm add Beta >/dev/null
    crm add staff 林涛 --login lin >/dev/null
    crm complain add beta broken --owner lin >/dev/null
    text=$(printf '话%.0s' {1..9000})
    echo complaint,happened_at,event,reason >events.csv
    for ((i = 10; i < 60; i++)); do
        echo "C-1,2026-03-02T01:$i:00Z,assigned,$i$text"
    done >>events.csv
    crm import -q events.csv --as complaint_event >/dev/null
    crm undo -q >/dev/null
    [ "$(ask "SELECT count(*), min(customer), max(customer), count(DISTINCT number), max(number),
              min(length(before_values)) > 9000 FROM journal_image" | sed 's/t$/1/')" = '50|2|2|50|50|1' ]
    [ "$(images | sed 's/.*"reason":"\(..\).*/\1/')" = "$(seq 10 59)" ]
    expect_chain
    crm undo -q >/dev/null
    crm remove C-1 >/dev/null
    [ "$(ask "SELECT count(*), min(customer), max(customer) FROM journal_image
              WHERE entry = (SELECT max(id) FROM journal)")" = '52|2|2' ]
    expect_chain
    crm check >/dev/null
}

@test "reminders that were given carry their entry" {
    crm add Acme >/dev/null
    CRM_NOW=2028-03-02T09:00:00+08:00 crm remind --new >/dev/null
    [ "$(added)" = '{"reminder_given":{"count":1}}' ]
    [ "$(ask 'SELECT count(*) FROM reminder_given WHERE entry = (SELECT max(id) FROM journal)')" = 1 ]
}

@test "fields of the policy's own are one value" {
    printf 'fields:\n  customer:\n    shade: {type: text}\n' >>.crm/policy.yaml
    crm add customer Acme --set shade=red >/dev/null
    crm edit acme --set shade=blue >/dev/null
    [ "$(images)" = 'customer|1|1|changed|{"custom":"{\"shade\":\"red\"}"}|{"custom":"{\"shade\":\"blue\"}"}' ]
}

# One random write, of those a user may do; some are refused.
random_write() {
    local customer=c$((RANDOM % 6)) other=c$((RANDOM % 6))
    case $((RANDOM % 9)) in
    0) crm add "Customer $customer" --key "$customer" ;;
    1 | 2) crm edit "$customer" --notes "note $RANDOM" --city "城$((RANDOM % 9))" ;;
    3) crm add order "N$RANDOM" --customer "$customer" ;;
    4) crm add contact "Person $RANDOM" --customer "$customer" ;;
    5) crm visit add "$customer" --channel phone --outcome $((RANDOM % 5 + 1)) ;;
    6) crm merge "$customer" "$other" ;;
    7) crm remove "$customer" ;;
    8) crm edit "$customer" --phone "$RANDOM" --dry-run ;;
    esac
}

@test "whatever is written, the chain holds, and a changed byte breaks it" {
    local round wrote=0
    RANDOM=20260302
    for round in 0 1 2 3 4 5; do
        crm add "Customer $round" --key "c$round" >/dev/null
    done
    for ((round = 0; round < 40; round++)); do
        random_write >/dev/null 2>&1 && wrote=$((wrote + 1))
    done
    [ "$wrote" -ge 15 ]
    [ "$(ask 'SELECT count(*) FROM journal_image')" -ge 5 ]
    expect_chain
    last=$(ask 'SELECT max(id) FROM journal')
    image=$(ask 'SELECT min(entry) FROM journal_image')
    ask "UPDATE journal_image SET before_values = replace(before_values, ':', ': ')
         WHERE entry = $image" >/dev/null
    verify >said
    grep -qxF "entry $image: images" said
    ask "UPDATE journal_image SET before_values = replace(before_values, ': ', ':')
         WHERE entry = $image" >/dev/null
    expect_chain
    ask "UPDATE journal SET actor = 'somebody else' WHERE id = $((last - 1))" >/dev/null
    verify >said
    grep -qxF "entry $((last - 1)): hash" said
}
