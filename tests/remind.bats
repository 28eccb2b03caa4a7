# SPDX-License-Identifier: MIT
# crm remind: one list of everything that needs a person. Now is Monday 2026-03-02, 09:00 +08:00.

# The helper sets these.
# shellcheck disable=SC2154
load helper

# Acme's first visit is overdue and its complaint breached; Beta's first visit is due; Delta was
# promised a word and a visit. Amy owns Acme and Delta, Bob owns Beta. Nobody is told of limits, but
# in the tests that are about that.
setup_test() {
    new_book .crm
    escalation "[]"
    crm add staff "Amy" --login amy >/dev/null
    crm add staff "Bob" --login bob >/dev/null
    crm add Acme --since 2025-01-15 --owner amy >/dev/null
    crm add Beta --since 2025-02-20 --owner bob >/dev/null
    crm add Delta --since 2025-10-05 --owner amy >/dev/null
    crm visit add delta --channel email --at 2026-02-20T10:00 --next-on 2026-03-01 >/dev/null
    crm visit add delta --planned-on today --channel face --purpose "contract" --staff bob >/dev/null
    crm complain add acme "late again" --severity high --at 2026-02-27T10:00 >/dev/null
}

# escalation LADDER: that of the book's policy from now on.
escalation() {
    sed '/^    - {at: /d; s/^  escalation:.*/  escalation: '"$1"'/' .crm/policy.yaml >policy.new
    cp policy.new .crm/policy.yaml
}

states() {
    jq -r '.id + " " + .state' <<<"$out"
}

@test "everything is in the list, most urgent first" {
    call crm remind
    expect 0 '{"id":"respond:C-1:2026-02-27T07:00:00Z","kind":"complaint_response","customer":"acme","name":"Acme","tier":null,"due":"2026-02-27T15:00:00+08:00","state":"breached","late":3,"unit":"working_hours","owner":"amy","why":"C-1, high, 175 % of the limit used: late again"}
{"id":"promise:3:2026-03-01","kind":"promise","customer":"delta","name":"Delta","tier":null,"due":"2026-03-01","state":"promised","late":1,"unit":"days","owner":"amy","why":"promised at V-1"}
{"id":"planned:V-2:2026-03-02","kind":"planned_visit","customer":"delta","name":"Delta","tier":null,"due":"2026-03-02","state":"due","late":0,"unit":"days","owner":"bob","why":"V-2 is planned: contract"}
{"id":"visit:1:2026-01-15","kind":"visit","customer":"acme","name":"Acme","tier":null,"due":"2026-01-15","state":"overdue","late":46,"unit":"days","owner":"amy","why":"first visit 12mo after the relation began"}
{"id":"visit:2:2026-02-20","kind":"visit","customer":"beta","name":"Beta","tier":null,"due":"2026-02-20","state":"first","late":10,"unit":"days","owner":"bob","why":"first visit 12mo after the relation began"}' ""
    first=$out
    call crm remind
    [ "$out" = "$first" ]
}

@test "why names the cadence and the last contact" {
    crm tier set beta A --reason test >/dev/null
    [ "$(crm remind beta | jq -r .why)" = "first visit 3mo after the relation began, face or better" ]
    crm visit add beta --channel face --at 2025-11-03 >/dev/null
    [ "$(crm remind beta | jq -r .why)" = "every 3mo, face or better, last on 2025-11-03" ]
    crm tier set beta C --reason test >/dev/null
    crm visit add beta --channel phone --at 2025-11-04 >/dev/null
    [ "$(crm --now 2026-11-04T09:00 remind beta | jq -r .why)" = "every 12mo, last on 2025-11-04" ]
}

@test "a table for people leaves the id out, and prints the same figures" {
    call crm remind --fields due --format table
    expect 0 "Due
2026-02-27 15:00
2026-03-01
2026-03-02
2026-01-15
2026-02-20" ""
    call crm remind --format table
    [ "$(sed -n '1p;5p' <<<"$out" | tr -s ' ')" = "What Customer Name Tier Due State Late Unit Owner Why
visit acme Acme 2026-01-15 overdue 46 days amy first visit 12mo after the relation began" ]
}

@test "--within looks ahead" {
    call crm remind --within 1d --fields id,state,late
    [ "$(jq -r 'select(.late < 0) | .id' <<<"$out")" = resolve:C-1:2026-03-03T02:00:00Z ]
    call crm remind --within 3mo
    [ "$(jq -s length <<<"$out")" = 6 ]
    call crm remind --within 1y
    [ "$(jq -s length <<<"$out")" = 7 ]
    call crm remind --within 5wh
    expect 2 ""
}

# Opened on Friday at 10:00, high: 4 working hours to respond, which end at 15:00.
ladder_book() {
    crm add staff "Mia" --login mia --role Manager --department sales >/dev/null
    crm add staff "Max" --login max --role manager --department service >/dev/null
    crm add staff "Old" --login old --role manager --department sales --no-active >/dev/null
    crm edit staff amy --department sales >/dev/null
    escalation "[{at: 50, tell: owner}, {at: 75, tell: bob}, {at: 100, tell: manager}]"
}

@test "each step of the escalation is told when it is reached, to whom it names" {
    ladder_book
    friday() {
        crm --now "2026-02-27T$1+08:00" remind name=Acme kind=company --fields id,state,due,late,owner --format csv |
            grep escalate
    }
    [ -z "$(friday 11:59:59)" ]
    [ "$(friday 12:00:00)" = "escalate:C-1:respond:50:0:1,reached,2026-02-27T12:00:00+08:00,0,amy" ]
    # The owner sees the limit itself, once it is at risk.
    [ "$(friday 14:30:00)" = "escalate:C-1:respond:75:0:2,reached,2026-02-27T14:00:00+08:00,0.5,bob" ]
    [ "$(friday 15:00:01)" = "escalate:C-1:respond:100:0:3,reached,2026-02-27T15:00:00+08:00,0.0002,mia
escalate:C-1:respond:75:0:2,reached,2026-02-27T14:00:00+08:00,1.0002,bob" ]
    call crm remind --for mia
    expect 0 '{"id":"escalate:C-1:respond:100:0:3","kind":"escalation","customer":"acme","name":"Acme","tier":null,"due":"2026-02-27T15:00:00+08:00","state":"reached","late":3,"unit":"working_hours","owner":"mia","why":"C-1, high, 175 % of the limit used: late again"}' ""
    call crm remind --for bob
    [[ $out == *escalate:C-1:respond:75:0:2* && $out != *respond:C-1:2026* ]]
    call crm remind --for max
    expect 0 "" ""
    # The first response ends it.
    crm complain respond C-1 >/dev/null
    call crm remind --for mia
    expect 0 "" ""
}

@test "who is told twice of one limit is told of the higher step" {
    ladder_book
    escalation "[{at: 50, tell: mia}, {at: 100, tell: manager}, {at: 100, tell: mia}]"
    call crm --now 2026-02-27T14:59:00+08:00 remind --for mia
    [ "$(states)" = "escalate:C-1:respond:50:0:3 reached" ]
    call crm remind --for mia
    [ "$(states)" = "escalate:C-1:respond:100:0:3 reached" ]
    # A clock that stands still comes to no step.
    crm complain respond C-1 >/dev/null
    crm complain pause C-1 --reason "waits for a photograph" >/dev/null
    call crm --now 2026-05-02T09:00:00+08:00 remind --for mia
    expect 0 "" ""
}

@test "a step that nobody is there for is told to the owner, and says so" {
    escalation "[{at: 100, tell: manager}, {at: 100, tell: zoe}]"
    call crm remind --for amy name=Acme
    [ "$(jq -r 'select(.kind == "complaint_response") | .why' <<<"$out")" = "C-1, high, 175 % of the limit used: late again; there is no manager to tell" ]
    [[ $out != *escalate* ]]
    escalation "[{at: 50, tell: zoe}, {at: 100, tell: manager}]"
    call crm --now 2026-02-27T12:00:00+08:00 remind --for amy name=Acme kind=company --fields id,why --format csv
    [[ $out == *"escalate:C-1:respond:50:0:1,\"C-1, high, 50 % of the limit used: late again; there is no zoe to tell\""* ]]
    # Staff of another department, where there is none in the complaint's.
    crm add staff "Max" --login max --role Boss --department service >/dev/null
    sed -i 's/^  manager: .*/  manager: boss/' .crm/policy.yaml
    call crm remind --for max
    [ "$(states)" = "escalate:C-1:respond:100:0:3 reached" ]
}

@test "--new tells each step once, and again after it was opened again" {
    ladder_book
    crm remind --new --for mia >/dev/null
    call crm --now 2026-03-02T11:00:00+08:00 remind --new --for mia
    expect 0 "" ""
    call crm --now 2026-03-04T09:00:00+08:00 remind --new --for mia
    [ "$(states)" = "escalate:C-1:resolve:100:0:3 reached" ]
    crm --now 2026-03-04T09:00:00+08:00 complain respond C-1 >/dev/null
    crm --now 2026-03-04T09:00:00+08:00 complain resolve C-1 --cause other --solution "paid" >/dev/null
    call crm --now 2026-03-04T10:00:00+08:00 remind --for mia
    expect 0 "" ""
    crm --now 2026-03-04T10:00:00+08:00 complain reopen C-1 --reason "not paid" >/dev/null
    call crm --now 2026-03-04T10:00:00+08:00 remind --new --for mia
    [ "$(states)" = "escalate:C-1:resolve:100:1:3 reached" ]
}

@test "--for gives what is that person's to do" {
    call crm remind --for bob
    [ "$(states)" = "planned:V-2:2026-03-02 due
visit:2:2026-02-20 first" ]
    call crm remind --for carol
    expect 1 ""
}

@test "a filter is on the customer, for every kind of item" {
    call crm remind name=Delta
    [ "$(states)" = "promise:3:2026-03-01 promised
planned:V-2:2026-03-02 due" ]
    call crm remind name=Acme
    [ "$(states)" = "respond:C-1:2026-02-27T07:00:00Z breached
visit:1:2026-01-15 overdue" ]
    call crm remind colour=red
    expect 2 ""
}

@test "what is done leaves the list" {
    crm complain respond C-1 >/dev/null
    crm visit "done" V-2 >/dev/null
    crm visit add acme --channel phone >/dev/null
    crm visit add beta --channel phone >/dev/null
    call crm remind
    expect 0 "" ""
}

@test "nothing is silent in every format, but for the empty array" {
    new_book empty
    for format in table jsonl csv tsv; do
        call crm --book empty remind --format "$format"
        [ "$status" = 0 ]
        [ -z "$out$err" ]
    done
    call crm --book empty remind --format json
    expect 0 "[]" ""
}

@test "--exit-code tells whether there is something" {
    call crm remind --exit-code --fields id
    [ "$status" = 1 ]
    [ "$(jq -s length <<<"$out")" = 5 ]
    [ -z "$err" ]
    call crm remind --exit-code nobody-of-that-name
    expect 0 "" ""
}

@test "--new gives each item once per recipient" {
    call crm remind --new
    [ "$(jq -s length <<<"$out")" = 5 ]
    call crm remind --new
    expect 0 "" ""
    call crm remind --new --exit-code
    expect 0 "" ""
    call crm remind --new --for bob
    [ "$(jq -s length <<<"$out")" = 2 ]
    call crm remind --new --for "Bob"
    expect 0 "" ""
    call crm remind
    [ "$(jq -s length <<<"$out")" = 5 ]
}

@test "--new at the same time gives each item to one of them" {
    for n in 1 2 3 4; do
        crm remind --new >"new.$n" &
    done
    wait
    [ "$(cat new.* | wc -l)" = 5 ]
}

@test "--new waits for another, and nobody else waits for it" {
    mkfifo pipe
    # It prints more than a pipe holds, and nobody reads yet.
    seq -f 'Customer %g,2024-01-01' 1000 | sed '1i name,since' >many.csv
    crm import many.csv --as customer >/dev/null
    crm remind --new >pipe &
    exec 7<pipe
    sleep 0.2
    call crm add Late --fields key
    expect 0 '{"key":"late"}' ""
    crm remind --new >second &
    second=$!
    sleep 0.2
    kill -0 "$second"
    cat <&7 >first
    exec 7<&-
    wait
    [ "$(jq -s length first)" = 1005 ]
    [ ! -s second ]
}

@test "--new gives an item again in another state, and again for the next duty" {
    crm remind --new >/dev/null
    call crm --now 2026-03-07T10:00:00+08:00 remind --new
    [ "$(states)" = "resolve:C-1:2026-03-03T02:00:00Z breached
planned:V-2:2026-03-02 overdue
visit:2:2026-02-20 overdue" ]
    call crm --now 2026-03-07T10:00:00+08:00 remind --new
    expect 0 "" ""
    crm visit add beta --channel phone >/dev/null
    call crm --now 2027-03-02T10:00:00+08:00 remind --new name=Beta
    [ "$(states)" = "visit:2:2027-03-02 due" ]
}

@test "after downtime nothing is lost" {
    crm remind --new >/dev/null
    call crm --now 2026-12-01T10:00:00+08:00 remind --new name=Delta
    [ "$(states)" = "planned:V-2:2026-03-02 overdue" ]
    call crm --now 2027-02-22T10:00:00+08:00 remind --new name=Delta --fields id,state
    [ "$(states)" = "visit:3:2027-02-22 due" ]
}

@test "a clock that was set back gives nothing twice, and a new item at once" {
    crm --now 2026-03-07T10:00:00+08:00 remind --new >/dev/null
    call crm remind --new
    expect 0 "" ""
    crm complain add beta "no answer" --severity critical --at 2026-03-02T06:00 >/dev/null
    call crm remind --new
    [ "$(states)" = "respond:C-2:2026-03-02T00:00:00Z breached" ]
    call crm remind --new
    expect 0 "" ""
    call crm --now 2026-03-07T10:00:00+08:00 remind --new
    [ "$(states)" = "resolve:C-2:2026-03-02T22:00:00Z breached" ]
}

@test "a week without cron: what fell due and passed on meanwhile is given once, as it is" {
    crm remind --new >/dev/null
    for day in 03 04 05 06 07 08 09; do
        crm visit add delta --planned-on "2026-03-$day" --channel phone --staff bob >/dev/null
    done
    call crm --now 2026-03-10T08:30:00+08:00 remind --new name=Delta
    [ "$(jq -s 'map(select(.kind == "planned_visit")) | length' <<<"$out")" = 8 ]
    call crm --now 2026-03-10T08:31:00+08:00 remind --new name=Delta
    expect 0 "" ""
}

# What the list has and the ledger has not, by the words of the manual; $1 is the recipient.
new_by_ledger() {
    local to=(--for "$1")
    [ "$1" != "*" ] || to=()
    # One after the other: the shell of the database waits for nobody.
    crm remind "${to[@]}" | jq -r '.id + "|" + .state' | sort >listed
    query_store "SELECT item || '|' || state FROM reminder_given WHERE recipient = '$1'" | sort >noted
    join -v 1 listed noted
}

@test "--new gives what is in the list and not in the ledger, on any day, for anybody" {
    sed 's/^    # spring-festival:/    spring-festival:/; s/^  # ask:.*/  ask: [{every: 6mo}, {tier: A, every: 3mo}, {after: visit, within: 9d}]/' \
        .crm/policy.yaml >policy.new
    cp policy.new .crm/policy.yaml
    crm policy check >/dev/null
    awk 'BEGIN { print "key,name,owner,since,birthday,founded_on,festivals"
        for (i = 1; i <= 60; i++)
            printf "c%d,Customer %d,%s,2025-%02d-%02d,%s,%s,%s\n", i, i, i % 3 ? "amy" : "bob", i % 12 + 1, i % 28 + 1,
                i % 4 ? "" : sprintf("1980-%02d-%02d", i % 12 + 1, i % 28 + 1),
                i % 5 ? "" : sprintf("2001-%02d-%02d", i % 12 + 1, i % 28 + 1), i % 7 ? "" : "mid-autumn" }' >many.csv
    crm import many.csv --as customer >/dev/null
    local tiers=(C A B)
    for n in 1 2 3 4 5 6 7 8 9; do
        crm tier set "c$((n * 5))" "${tiers[n % 3]}" --reason test >/dev/null
        crm visit add "c$n" --planned-on "2026-03-1$n" --channel phone >/dev/null
    done
    given=0
    for day in 2026-03-02 2026-03-03 2026-03-16 2026-03-17 2026-05-30 2026-03-20 2026-09-20 2027-02-01 2027-02-08; do
        export CRM_NOW="${day}T09:00:00+08:00"
        crm visit add "c$((RANDOM % 60 + 1))" --channel face --next-on +3w >/dev/null
        for who in "*" amy bob; do
            to=(--for "$who")
            [ "$who" != "*" ] || to=()
            new_by_ledger "$who" >wanted
            crm remind --new "${to[@]}" | jq -r '.id + "|" + .state' | sort >given
            # A clock that was set back gives less.
            [ "$day" = 2026-03-20 ] || diff wanted given
            [ -z "$(comm -13 wanted given)" ]
            given=$((given + $(wc -l <given)))
            [ -z "$(crm remind --new "${to[@]}")" ]
        done
    done
    [ "$given" -gt 300 ]
}

@test "the ledger forgets former duties of a customer two years after they were given, and no others" {
    ledger() { query_store "SELECT item || ' ' || recipient FROM reminder_given ORDER BY 1" | grep "${1:-:2:}"; }
    crm remind --new >/dev/null
    crm remind --new --for bob >/dev/null
    crm visit add beta --channel phone >/dev/null
    # A year later the former duty is known still: undone, it is not told again.
    CRM_NOW=2027-03-02T09:00:00+08:00 crm remind --new >/dev/null
    [ "$(ledger)" = "visit:2:2026-02-20 *
visit:2:2026-02-20 bob
visit:2:2027-03-02 *" ]
    export CRM_NOW=2028-03-07T09:00:00+08:00
    crm visit add beta --channel phone --at 2027-03-05T09:00 >/dev/null
    crm remind --new >/dev/null
    [ "$(ledger)" = "visit:2:2027-03-02 *
visit:2:2028-03-06 *" ]
    # What is still to be done stays, however long ago it was given.
    [ "$(ledger :1:)" = "visit:1:2026-01-15 *" ]
    [ -z "$(crm remind --new)" ]
    crm check >/dev/null
    # Taken back, it is given again, and nothing of before is missing.
    crm undo >/dev/null
    [ "$(crm remind --new --dry-run | jq -r .id | grep -c visit:2:)" = 1 ]
    crm check >/dev/null
}

@test "--new notes nothing when the output cannot be written" {
    [ -e /dev/full ] || skip "no /dev/full"
    for format in jsonl json table csv; do
        status=0
        crm remind --new --format "$format" >/dev/full 2>err || status=$?
        [ "$status" = 1 ]
        grep -q '^crm: the output cannot be written' err
    done
    call crm remind --new
    [ "$(jq -s length <<<"$out")" = 5 ]
}

@test "--new --format json writes one whole document" {
    call crm remind --new --format json
    [ "$(jq length <<<"$out")" = 5 ]
    call crm remind --new --format json
    expect 0 "[]" ""
}

@test "--new --dry-run notes nothing" {
    call crm remind --new --dry-run
    [ "$(jq -s length <<<"$out")" = 5 ]
    call crm remind --new
    [ "$(jq -s length <<<"$out")" = 5 ]
}

@test "--fields chooses; an unknown column is refused and nothing is noted" {
    call crm remind --new --fields colour
    expect 2 ""
    call crm remind --new --fields id
    [ "$(jq -s length <<<"$out")" = 5 ]
}

@test "a book that cannot be written: the list is read, --new is refused before it prints" {
    need_file "it cannot be written"
    [ "$(id -u)" != 0 ] || skip "root writes everywhere"
    crm remind >before
    chmod a-w .crm .crm/crm.db
    call crm remind
    [ "$out" = "$(cat before)"$'\n' ]
    call crm remind --new
    [ "$status" = 1 ]
    [ -z "$out" ]
    chmod u+w .crm .crm/crm.db
}

@test "the real order file: the same list on every run, and a visit takes the customer off it" {
    need_shared
    new_book real
    crm --book real import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    export CRM_NOW=2018-01-02T09:00:00+08:00
    crm --book real tier apply >/dev/null
    crm --book real remind >one
    crm --book real remind >two
    cmp one two
    [ "$(wc -l <one)" -gt 700 ]
    # A reader who leaves early has not got them: they come again.
    crm --book real remind --new | head -1 >/dev/null
    crm --book real remind --new >again
    cmp one again
    [ -z "$(crm --book real remind --new)" ]
    # The best tier that is overdue longest heads the list.
    [ "$(head -1 one | jq -r '.tier + " " + .state')" = "A overdue" ]
    key=$(head -1 one | jq -r .customer)
    crm --book real visit add "$key" --channel face >/dev/null
    crm --book real remind >three
    diff <(tail -n +2 one) three
    [ "$(crm --book real list "key=$key" --fields next_visit_on --format csv | tail -1)" = 2018-04-02 ]
}
