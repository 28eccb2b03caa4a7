# SPDX-License-Identifier: MIT
# crm complain: owners, steps, limits and what is refused.

# The helper sets these.
# shellcheck disable=SC2154
load helper

# Monday 2026-03-02, 09:00; office hours 9–12 and 13–18.
setup_test() {
    new_book .crm
    crm add staff "Lin Mei" --login lin >/dev/null
    crm add staff "Wang Li" --login wang >/dev/null
    crm add "Acme Ltd" --key acme --owner lin >/dev/null
    crm add "Solo" --key solo >/dev/null
}

at() {
    CRM_NOW=2026-$1:00+08:00
    export CRM_NOW
}

complain() {
    crm complain "$@" >/dev/null
}

field() {
    crm complain list --format jsonl | jq -c "select(.number == \"$1\") | .$2"
}

@test "add prints the complaint with its owner and limits" {
    call crm complain add acme "Late again" --category delivery --severity high
    expect 0 '{"number":"C-1","customer":"acme","description":"Late again","contact":null,"product":null,"category":"delivery","severity":"high","service":null,"intake":"customer","opened_at":"2026-03-02T09:00:00+08:00","owner":"lin","department":null,"status":"open","cause":null,"resolution":null,"satisfaction":null,"responded_at":null,"resolved_at":null,"closed_at":null,"reopened":0,"respond_due":"2026-03-02T14:00:00+08:00","resolve_due":"2026-03-04T09:00:00+08:00","notes":null,"external_id":null,"breached":false}' ""
    [ "$(crm list customer key=acme --fields open_complaints)" = '{"open_complaints":1}' ]
    call crm show C-1
    [ "$(jq -c '.events | map([.event, .happened_at, .staff])' <<<"$out")" = \
        '[["opened","2026-03-02T09:00:00+08:00","lin"]]' ]
}

@test "a complaint is never without an owner" {
    call crm complain add solo "x" --owner wang --fields owner
    expect 0 '{"owner":"wang"}' ""
    call crm complain add solo "x" --format table
    [ "$status" = 3 ]
    [ -z "$out" ]
    [[ $err == "crm: complaint: it needs an owner; solo has none, and '"*"' is no staff member"$'\n'"hint: give --owner LOGIN, or the customer one: crm edit solo --owner LOGIN"$'\n' ]]
    crm add staff "Me" --login "$(id -un)" >/dev/null
    call crm complain add solo "x" --fields owner
    expect 0 "{\"owner\":\"$(id -un)\"}" ""
    crm edit staff lin --no-active >/dev/null
    call crm complain add acme "x" --fields owner
    expect 0 "{\"owner\":\"$(id -un)\"}" ""
    call crm edit C-1 --owner ""
    expect 3 ""
}

@test "the whole way from open to closed and back" {
    complain add acme "Leak" --severity high
    at 03-02T10:00
    call crm complain respond C-1 --reason "called" --fields status,responded_at
    expect 0 '{"status":"responded","responded_at":"2026-03-02T10:00:00+08:00"}' ""
    call crm complain assign C-1 --to wang --department plant --fields status,owner,department
    expect 0 '{"status":"in_progress","owner":"wang","department":"plant"}' ""
    at 03-03T12:00
    call crm complain resolve C-1 --cause defect --solution "new seal" --fields status,resolved_at,cause,resolution,breached
    expect 0 '{"status":"resolved","resolved_at":"2026-03-03T12:00:00+08:00","cause":"defect","resolution":"new seal","breached":false}' ""
    [ "$(crm list customer key=acme --fields open_complaints)" = '{"open_complaints":0}' ]
    call crm complain close C-1 --satisfaction 4 --fields status,closed_at,satisfaction
    expect 0 '{"status":"closed","closed_at":"2026-03-03T12:00:00+08:00","satisfaction":4}' ""
    at 03-05T12:00
    call crm complain reopen C-1 --reason "leaks" --fields status,reopened,resolved_at,closed_at
    expect 0 '{"status":"in_progress","reopened":1,"resolved_at":null,"closed_at":null}' ""
    [ "$(crm list customer key=acme --fields open_complaints)" = '{"open_complaints":1}' ]
    crm show C-1 | jq -r '.events[] | [.happened_at[5:16], .event, .staff, .department, .reason, .cause, .satisfaction] | @csv' >events
    diff events - <<'ROWS'
"03-02T09:00","opened","lin",,,,
"03-02T10:00","responded",,,"called",,
"03-02T10:00","assigned","wang","plant",,,
"03-03T12:00","resolved",,,"new seal","defect",
"03-03T12:00","closed",,,,,4
"03-05T12:00","reopened",,,"leaks",,
ROWS
}

@test "a pause that ends with the resolution uses nothing of the limit" {
    # Critical: a day by the clock, of which 23 hours are used before the pause.
    complain add acme "burnt" --severity critical
    complain respond C-1
    at 03-03T08:00
    complain pause C-1 --reason "waits for photos"
    at 03-05T15:00
    call crm complain resolve C-1 --cause late --fields status,resolve_due,breached
    expect 0 '{"status":"resolved","resolve_due":"2026-03-05T16:00:00+08:00","breached":false}' ""
    [ "$(crm report complaints --to today | jq '.resolution_on_time == 100')" = true ]
    at 03-06T08:00
    call crm complain reopen C-1 --fields resolve_due
    expect 0 '{"resolve_due":"2026-03-06T09:00:00+08:00"}' ""
    # One that had passed before the pause stays so.
    at 03-07T09:00
    complain pause C-1 --reason "again"
    complain resolve C-1
    [ "$(field C-1 breached)" = true ]
}

# Opened Monday 9:00 with two working days (16 hours): 3 used before the pause.
@test "pauses and reopening give back what was left of the limit" {
    complain add acme "Leak" --severity high
    at 03-02T12:00
    complain respond C-1
    call crm complain pause C-1 --reason "waits for photos" --fields status,resolve_due,breached
    expect 0 '{"status":"paused","resolve_due":null,"breached":false}' ""
    at 03-03T12:00
    call crm complain resume C-1 --fields status,resolve_due
    expect 0 '{"status":"in_progress","resolve_due":"2026-03-04T18:00:00+08:00"}' ""
    complain resolve C-1
    at 03-05T12:00
    call crm complain reopen C-1 --fields resolve_due
    expect 0 '{"resolve_due":"2026-03-06T18:00:00+08:00"}' ""
}

@test "limits follow severity, service and the policy's lines" {
    sed -i 's/^    - {severity: critical, respond: 2h.*/    - {severity: critical, service: remote, respond: 2h, resolve: 1d}/' .crm/policy.yaml
    complain add acme "one" --severity critical --service remote
    complain add acme "two" --severity critical
    complain add acme "three" --severity low
    call crm complain list --fields number,respond_due,resolve_due
    expect 0 '{"number":"C-1","respond_due":"2026-03-02T11:00:00+08:00","resolve_due":"2026-03-03T09:00:00+08:00"}
{"number":"C-2","respond_due":"2026-03-02T18:00:00+08:00","resolve_due":"2026-03-09T09:00:00+08:00"}
{"number":"C-3","respond_due":"2026-03-02T18:00:00+08:00","resolve_due":"2026-03-09T09:00:00+08:00"}' ""
    call crm edit C-2 --severity high --fields respond_due,resolve_due
    expect 0 '{"respond_due":"2026-03-02T14:00:00+08:00","resolve_due":"2026-03-04T09:00:00+08:00"}' ""
    call crm edit C-2 --notes "nothing moves" --fields respond_due
    expect 0 '{"respond_due":"2026-03-02T14:00:00+08:00"}' ""
}

@test "limits follow the customer's tier when it is opened" {
    complain add acme "before" --severity critical
    crm tier set acme A --reason "key account" >/dev/null
    complain add acme "after" --severity critical
    call crm complain list --fields number,respond_due,resolve_due
    expect 0 '{"number":"C-1","respond_due":"2026-03-02T11:00:00+08:00","resolve_due":"2026-03-03T09:00:00+08:00"}
{"number":"C-2","respond_due":"2026-03-02T09:30:00+08:00","resolve_due":"2026-03-02T21:00:00+08:00"}' ""
}

@test "breached at the second after the due time" {
    complain add acme "Leak" --severity high
    for now in 2026-03-02T14:00:00 2026-03-02T14:00:01; do
        CRM_NOW=$now+08:00 crm complain list --fields breached
        CRM_NOW=$now+08:00 crm complain list --breached --fields number
    done >seen
    diff seen - <<'ROWS'
{"breached":false}
{"breached":true}
{"number":"C-1"}
ROWS
    at 03-02T15:00
    complain respond C-1 --at 2026-03-02T14:00
    [ "$(field C-1 breached)" = false ]
    at 03-04T10:00
    [ "$(field C-1 breached)" = true ]
}

@test "steps out of order are refused with what to do" {
    complain add acme "Leak"
    call crm complain close C-1 --format table
    expect 4 "" "crm: C-1 is open: only a resolved complaint is closed
hint: resolve it first: crm complain resolve C-1"
    call crm complain reopen C-1 --format table
    expect 4 ""
    call crm complain resume C-1 --format table
    expect 4 "" "crm: C-1 is open: only a paused complaint is resumed
hint: its clock is running: see crm show C-1"
    complain respond C-1
    call crm complain respond C-1 --format table
    expect 4 "" "crm: C-1 had its first response already, at 2026-03-02T09:00:00+08:00
hint: the first one counts; write down more with: crm edit C-1 --notes TEXT"
    complain pause C-1 --reason "waits"
    call crm complain pause C-1 --reason "again" --format table
    expect 4 "" "crm: C-1 is paused: it cannot be paused
hint: let its clock run first: crm complain resume C-1"
    complain resolve C-1
    for step in respond "assign --to wang" "pause --reason x" resolve; do
        # shellcheck disable=SC2086
        call crm complain $step C-1 --format table
        expect 4 ""
        [[ $err == *"hint: open it again: crm complain reopen C-1"* ]]
    done
    complain close C-1
    call crm complain close C-1 --format table
    expect 4 "" "crm: C-1 is closed: only a resolved complaint is closed
hint: see it: crm show C-1"
    [ "$(crm show C-1 | jq '.events | length')" = 5 ]
}

@test "times go forward and not beyond now" {
    at 03-05T09:00
    call crm complain add acme "Old" --at 2026-03-02T16:00 --fields opened_at,respond_due
    expect 0 '{"opened_at":"2026-03-02T16:00:00+08:00","respond_due":"2026-03-03T16:00:00+08:00"}' ""
    call crm complain add acme "Next week" --at 2026-03-09 --format table
    expect 3 "" "crm: at: 2026-03-09T00:00:00+08:00 is in the future
hint: write down what happened, when it happened"
    call crm complain respond C-1 --at 2026-03-02T15:59 --format table
    expect 4 "" "crm: C-1: the event before was at 2026-03-02T16:00:00+08:00
hint: events are written down in their order: give a later --at"
    call crm complain respond C-1 --at "yesterday 10:00" --fields responded_at,breached
    expect 0 '{"responded_at":"2026-03-04T10:00:00+08:00","breached":true}' ""
    call crm complain resolve C-1 --at someday
    expect 3 ""
}

@test "a calendar that is not known leaves the limit open" {
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    call crm complain add acme "Leak" --severity high --format table
    [ "$status" = 0 ]
    [[ $out == *'The limit is not known yet: calendar unknown: no day list "town" for 2026'*"crm calendar import"* ]]
    [ "$(field C-1 respond_due)" = null ]
    [ "$(field C-1 breached)" = false ]
    crm calendar import "$TESTS/data/daylist-2026.json" --name town >/dev/null
    call crm complain respond C-1 --fields respond_due
    expect 0 '{"respond_due":"2026-03-02T14:00:00+08:00"}' ""
}

@test "an edit that hands it over is an event too" {
    complain add acme "Leak"
    crm edit C-1 --owner wang >/dev/null
    crm edit C-1 --owner wang >/dev/null
    [ "$(crm show C-1 | jq -c '.events | map([.event, .staff])')" = '[["opened","lin"],["assigned","wang"]]' ]
    call crm edit C-1 --status closed
    expect 2 ""
    call crm edit C-1 --opened-at 2026-01-01
    expect 2 ""
}

@test "facts follow a complaint to another customer, and its removal" {
    complain add acme "Leak"
    crm edit C-1 --customer solo >/dev/null
    [ "$(crm list customer --fields key,open_complaints | tr '\n' ' ')" = \
        '{"key":"acme","open_complaints":0} {"key":"solo","open_complaints":1} ' ]
    crm remove C-1 >/dev/null
    [ "$(crm list customer key=solo --fields open_complaints)" = '{"open_complaints":0}' ]
}

@test "list takes filters on the complaint and its customer" {
    crm edit acme --segment retail >/dev/null
    complain add acme "Leak in the pump" --severity high
    complain add solo "Wrong bill" --owner wang
    complain resolve C-2
    call crm complain list --fields number
    expect 0 '{"number":"C-1"}
{"number":"C-2"}' ""
    call crm complain list --open --fields number
    expect 0 '{"number":"C-1"}' ""
    call crm complain list segment=retail severity=high owner=lin --fields number
    expect 0 '{"number":"C-1"}' ""
    call crm complain list bill --fields number,customer
    expect 0 '{"number":"C-2","customer":"solo"}' ""
    call crm complain list colour=red
    expect 2 ""
}

@test "bad words change nothing" {
    complain add acme "Leak"
    crm export complaint >before
    for words in "add acme x --category gossip" "add acme x --severity awful" "add nobody x" \
        "add acme x --owner nobody" "resolve C-1 --cause magic" "respond C-9" "assign C-1" "pause C-1" \
        "add acme" "close C-1 --satisfaction 6"; do
        # shellcheck disable=SC2086
        call crm complain $words --format table
        [ "$status" != 0 ]
        [ -z "$out" ]
        [ "$(wc -l <<<"$err")" -le 3 ]
    done
    complain resolve C-1
    call crm complain close C-1 --satisfaction 6
    expect 3 ""
    [ "$(field C-1 status)" = '"resolved"' ]
    call crm complain reopen C-1 --reason $'\xff' --format table
    expect 3 "" "crm: reason: invalid UTF-8 at byte 1
hint: convert the text to UTF-8"
    crm add contact "Solo's man" --customer solo >/dev/null
    call crm complain add acme "x" --contact P-1 --format table
    expect 3 "" "crm: complaint: contact P-1 is another customer's
hint: see whose contacts there are: crm list contact"
}

@test "a dry run shows and forgets" {
    call crm complain add acme "Leak" --dry-run --fields number
    expect 0 '{"number":"C-1"}' -
    call crm complain list
    expect 0 "" ""
}

@test "numbers in the table are those of the JSON, in Chinese too" {
    complain add acme "漏水" --severity high
    call crm --lang zh_CN complain list --format table
    [ "$status" = 0 ]
    [[ $out == *"漏水"*"2026-03-02 14:00"*"2026-03-04 09:00"* ]]
}

@test "fields of the policy's own" {
    cat >>.crm/policy.yaml <<'YAML'
fields:
  complaint:
    batch: {label: Batch, required: yes}
YAML
    call crm complain add acme "Leak" --format table
    expect 3 ""
    call crm complain add acme "Leak" --set batch=B7 --fields batch
    expect 0 '{"batch":"B7"}' ""
}

@test "an export of complaints comes back with owners, limits and facts" {
    complain add acme "Leak, \"again\"" --severity high
    complain add acme "Bill"
    complain resolve C-2 --cause invoice --solution "credited"
    crm export complaint --format csv >complaints.csv
    crm complain list --format csv >here
    crm init --zone Asia/Shanghai other >/dev/null
    crm -C other add staff "Lin Mei" --login lin >/dev/null
    crm -C other add "Acme Ltd" --key acme >/dev/null
    crm -C other import complaints.csv --as complaint >/dev/null
    crm -C other complain list --format csv >there
    diff here there
    [ "$(crm -C other list customer --fields open_complaints)" = '{"open_complaints":1}' ]
    call crm -C other complain reopen C-2 --fields status,reopened
    expect 0 '{"status":"in_progress","reopened":1}' ""
}

@test "imported times are possible ones, and go with the status" {
    refused() {
        printf 'customer,description,opened_at,status,responded_at,resolved_at\nacme,d,%s\n' "$1" >c.csv
        call crm import c.csv --as complaint
        [ "$status" = 3 ]
        [[ $err == *"$2"* ]]
    }
    refused 2026-03-01T10:00,resolved,2026-02-28T10:00,2026-03-01T11:00 "'responded_at' is before 'opened_at'"
    refused 2026-03-01T10:00,resolved,2026-03-01T12:00,2026-03-01T11:00 "'resolved_at' is before 'responded_at'"
    refused 2026-03-02T10:00,open,, "'opened_at' is still to come"
    refused 2026-03-01T10:00,resolved,, "'resolved_at' is missing"
    refused 2026-03-01T10:00,open,,2026-03-01T11:00 "it has a 'resolved_at', but is not resolved"
    printf 'customer,description,opened_at,status,responded_at,resolved_at\n%s\n' \
        acme,d,2026-03-01T10:00,closed,2026-03-01T10:00,2026-03-01T11:00 >c.csv
    crm import c.csv --as complaint >/dev/null
    [ "$(field C-1 status)" = '"closed"' ]
}
