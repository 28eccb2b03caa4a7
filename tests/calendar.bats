# SPDX-License-Identifier: MIT
# crm calendar: working time and day lists.

# The helper sets these.
# shellcheck disable=SC2154
load helper

LIST=$TESTS/data/daylist-2026.json

# A book whose calendar has the holidays of the list "town".
setup_test() {
    new_book .crm
    sed -i 's/^    # holidays: cn$/    holidays: town/' .crm/policy.yaml
    grep -q '^    holidays: town$' .crm/policy.yaml
}

import_town() {
    crm calendar import "$LIST" --name town >/dev/null
}

@test "import copies a list and says what is in it" {
    call crm calendar import "$LIST" --name town
    expect 0 "{\"file\":\"$LIST\",\"name\":\"town\",\"year\":2026,\"days_off\":6,\"make_up_days\":2,\"state\":\"added\"}" ""
    cmp "$LIST" .crm/calendars/town-2026.json
    [ "$(ls -A .crm/calendars)" = town-2026.json ]
    call crm calendar import "$LIST" --name town --fields state
    expect 0 '{"state":"same"}' ""
    sed 's/Harbour/Haven/' "$LIST" >other.json
    call crm calendar import other.json --name town --fields state
    expect 0 '{"state":"changed"}' ""
    cmp other.json .crm/calendars/town-2026.json
}

@test "import --dry-run leaves no file" {
    call crm calendar import "$LIST" --name town --dry-run --fields state
    expect 0 '{"state":"added"}' -
    [ ! -e .crm/calendars/town-2026.json ]
}

@test "import refuses what is no list, and keeps the old one" {
    import_town
    for text in '' '{' '[]' '{"year":2026}' '{"year":2026,"days":[{"date":"2026-01-01"}]}' \
        '{"year":2026,"days":[{"name":"x","date":"2026-13-01","isOffDay":true}]}'; do
        printf '%s' "$text" >bad.json
        call crm calendar import bad.json --name town --format table
        [ "$status" = 3 ]
        [ -z "$out" ]
        [[ $err == "crm: bad.json: day list: "*$'\n'hint:* ]]
    done
    call crm calendar import . --name town
    expect 3 ""
    call crm calendar import nowhere.json --name town
    expect 1 ""
    call crm calendar import "$LIST" --name ../town
    expect 2 ""
    cmp "$LIST" .crm/calendars/town-2026.json
}

@test "a list that names no day off, as of a year not announced yet, is refused" {
    import_town
    for days in '' '{"name":"x","date":"2027-02-06","isOffDay":false}'; do
        printf '{"year":2027,"days":[%s]}' "$days" >bad.json
        call crm calendar import bad.json --name town --format table
        expect 3 "" "crm: bad.json: day list: no day off is in it
hint: import it once the days of the year are announced; until then the calendar is unknown"
    done
    call crm calendar due --from 2026-12-31T17:30 --limit 4wh
    [ "$status" = 3 ]
    # Nor is such a file, put there by hand, taken for a year without holidays.
    printf '{"year":2027,"days":[]}' >.crm/calendars/town-2027.json
    call crm calendar due --from 2026-12-31T17:30 --limit 4wh
    [ "$status" = 3 ]
}

@test "a list that no calendar goes by is imported, and that is said" {
    call crm calendar import "$LIST" --name town --format table
    [[ $out != *holidays:* ]]
    call crm calendar import "$LIST" --name village --format table
    [[ $out == *"no calendar of policy.yaml goes by it: write 'holidays: village' below the one that shall"* ]]
}

@test "due counts over holidays and make-up days" {
    import_town
    call crm calendar due --from 2026-03-05T17:00 --limit 2wh
    expect 0 '{"from":"2026-03-05T17:00:00+08:00","limit":"2wh","calendar":"office","due":"2026-03-07T10:00:00+08:00"}' ""
    call crm calendar due --from 2026-06-12T10:00 --limit 2wd --fields due
    expect 0 '{"due":"2026-06-18T10:00:00+08:00"}' ""
    call crm calendar due --from 2026-03-05T17:00 --limit 2d --fields due
    expect 0 '{"due":"2026-03-07T17:00:00+08:00"}' ""
    call crm calendar due --limit 4wh --fields from,due
    expect 0 '{"from":"2026-03-02T09:00:00+08:00","due":"2026-03-02T14:00:00+08:00"}' ""
}

@test "due --until counts backwards, to the latest start" {
    import_town
    call crm calendar due --until 2026-03-07T10:00 --limit 2wh
    expect 0 '{"from":"2026-03-05T17:00:00+08:00","limit":"2wh","calendar":"office","due":"2026-03-07T10:00:00+08:00"}' ""
    call crm calendar due --until 2026-06-18T10:00 --limit 2wd --fields from
    expect 0 '{"from":"2026-06-12T10:00:00+08:00"}' ""
    call crm calendar due --until 2026-03-07T17:00 --limit 2d --fields from
    expect 0 '{"from":"2026-03-05T17:00:00+08:00"}' ""
    # Nothing ends at night: what ends before it does.
    call crm calendar due --until 2026-03-05T03:00 --limit 1wd --fields from
    expect 0 '{"from":"2026-03-03T18:00:00+08:00"}' ""
    call crm calendar due --until 2026-03-07T10:00 --limit 2wh --explain
    [ "$(jq '[.intervals[] | select(.counted) | .seconds] | add' <<<"$out")" = 7200 ]
    [ "$(jq -r '.intervals[0].from' <<<"$out")" = 2026-03-05T17:00:00+08:00 ]
    call crm calendar due --until now --from now --limit 2wh
    expect 2 "" $'crm: --from and --until exclude each other\nhint: the other end is what is computed'
}

@test "one working hour before a due time" {
    cat >.crm/policy.yaml <<'EOF'
time_zone: UTC
calendars:
  office: {week: {mon: [08:00-18:00], tue: [08:00-18:00], wed: [08:00-18:00], thu: [08:00-18:00], fri: [08:00-18:00]}}
EOF
    call crm calendar due --from 2026-03-02T17:00 --limit 4wh --fields due
    expect 0 '{"due":"2026-03-03T11:00:00+00:00"}' ""
    call crm calendar due --until 2026-03-03T11:00 --limit 1wh --fields from
    expect 0 '{"from":"2026-03-03T10:00:00+00:00"}' ""
}

@test "--explain lists each interval and why, in every format" {
    import_town
    call crm calendar due --from 2026-03-05T17:00 --limit 2wh --explain
    [ "$status" = 0 ]
    spans=$(jq -r '.intervals[] | [.from[5:16], .seconds, .counted, .kind, .name] | @tsv' <<<"$out")
    [ "$spans" = "$(printf '%s\t%s\t%s\t%s\t%s\n' \
        03-05T17:00 3600 true working '' \
        03-05T18:00 21600 false night '' \
        03-06T00:00 86400 false holiday 'Harbour Day' \
        03-07T00:00 32400 false night '' \
        03-07T09:00 3600 true working 'Harbour Day')" ]
    jsonl=$(jq -c .intervals <<<"$out")
    [ "$(crm calendar due --from 2026-03-05T17:00 --limit 2wh --explain --format json |
        jq -c '.[0].intervals')" = "$jsonl" ]
    [ "$(crm calendar due --from 2026-03-05T17:00 --limit 2wh --explain --format csv |
        sed -n 2p | sed -E 's/^[^"]*"(.*)"$/\1/; s/""/"/g')" = "$jsonl" ]
    call crm calendar due --from 2026-03-05T17:00 --limit 2wh --explain --format table
    [[ $out == *"2026-03-06 00:00"*"no"*"86400"*"holiday"*"Harbour Day"* ]]
}

@test "between counts working time, and backwards below zero" {
    import_town
    call crm calendar between 2026-03-05T17:00 2026-03-07T10:00
    expect 0 '{"from":"2026-03-05T17:00:00+08:00","to":"2026-03-07T10:00:00+08:00","calendar":"office","seconds":7200,"hours":2.00}' ""
    call crm calendar between 2026-03-07T10:00 2026-03-05T17:00 --fields seconds
    expect 0 '{"seconds":-7200}' ""
    call crm calendar between 2026-03-05T17:00 2026-03-07T10:00 --explain
    [ "$(jq '[.intervals[] | select(.counted) | .seconds] | add' <<<"$out")" = 7200 ]
}

@test "years without a list are refused, never guessed" {
    import_town
    call crm calendar due --from 2027-01-04T10:00 --limit 4wh --format table
    expect 3 "" "crm: calendar unknown after 2026-12-31: no day list \"town\" for 2027
hint: load the official list of 2027: crm calendar import FILE --name town"
    call crm calendar due --from 2026-12-31T17:00 --limit 1wh --fields due
    expect 0 '{"due":"2026-12-31T18:00:00+08:00"}' ""
    call crm calendar due --from 2027-01-04T10:00 --limit 4h --fields due
    expect 0 '{"due":"2027-01-04T14:00:00+08:00"}' ""
}

@test "a damaged list names its file" {
    mkdir -p .crm/calendars
    head -c 100 "$LIST" >.crm/calendars/town-2026.json
    call crm calendar due --from 2026-03-05T17:00 --limit 2wh --format table
    [ "$status" = 3 ]
    [ -z "$out" ]
    [[ $err == *"calendars/town-2026.json: day list: not a JSON object"* ]]
    [[ $err == *"crm calendar import FILE --name town"* ]]
    sed 's/2026/2025/; s/2026-/2025-/; s/2025-12/2025-11/' "$LIST" >.crm/calendars/town-2026.json
    call crm calendar due --from 2026-03-05T17:00 --limit 2wh --format table
    [ "$status" = 3 ]
}

@test "words that make no sense are refused" {
    import_town
    call crm calendar due --from 2026-03-05T17:00 --limit 2x
    expect 3 ""
    call crm calendar due --from someday --limit 2h
    expect 3 ""
    call crm calendar due --from now
    expect 2 ""
    call crm calendar due --from now --limit 2wh --calendar moon --format table
    expect 1 "" "crm: no calendar \"moon\"
hint: policy.yaml has: office"
}

@test "an import that can't be written leaves the old list" {
    import_town
    sed 's/Harbour/Haven/' "$LIST" >other.json
    mkdir .crm/calendars/town-2026.json.new
    call crm calendar import other.json --name town --format table
    expect 1 ""
    [[ $err == *"town-2026.json.new: cannot write"* ]]
    cmp "$LIST" .crm/calendars/town-2026.json
}

@test "no file of the JSON torture suite is a day list" {
    need_shared
    refused=0
    for file in "$SHARED"/torture/json/*; do
        call crm calendar import "$file"
        [ "$status" = 3 ]
        [ -z "$out" ]
        refused=$((refused + 1))
    done
    [ "$refused" -gt 0 ]
    [ ! -e .crm/calendars/cn-2026.json ]
}

@test "the published rows of China 2026" {
    need_shared
    sed -i 's/^    holidays: town$/    holidays: cn/' .crm/policy.yaml
    crm calendar import "$SHARED/holiday-cn/2026.json" >/dev/null
    while read -r from limit due; do
        call crm calendar due --from "$from" --limit "$limit" --fields due
        expect 0 "{\"due\":\"$due:00+08:00\"}" ""
    done <<'ROWS'
2026-09-18T17:00 8wh 2026-09-20T17:00
2026-09-18T17:00 16wh 2026-09-21T17:00
2026-02-14T10:00 24wh 2026-02-26T10:00
2026-09-30T16:00 8wh 2026-10-08T16:00
ROWS
    call crm calendar due --from 2027-01-04T10:00 --limit 4wh
    expect 3 ""
}
