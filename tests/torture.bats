# SPDX-License-Identifier: MIT
# Files made to break readers go through import, policy, surveys and calendars: whatever they hold,
# the answer is a proper one, at once, and a refused file leaves the book as it was to the byte.

load helper

setup_test() {
    need_shared
    new_book
    on_postgres || cp .crm/crm.db before.db
    before=$(book_state)
    # A status of its own for what the sanitizers find, leaks included.
    export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99
    failed=0
}

# refused_or_done WANTED COMMAND…: WANTED is "refused" or "either".
refused_or_done() {
    local wanted=$1
    shift
    call timeout 20 "$CRM" "$@"
    case $status in
    0) [ "$wanted" = either ] || complain "accepted: $*" ;;
    3)
        # One or two sentences; no raw bytes of the file.
        [ "$(wc -l <<<"${err%$'\n'}")" -le 2 ] || complain "says too much: $*"
        iconv -f UTF-8 -t UTF-8 <<<"$err" >/dev/null || complain "no UTF-8: $*"
        [ "$(book_state)" = "$before" ] || complain "changed the book: $*"
        ;;
    *) complain "status $status: $*: $err" ;;
    esac
    [ "$status" = 3 ] && return
    on_postgres || cp before.db .crm/crm.db
    before=$(book_state)
}

complain() {
    printf '%s\n' "$*"
    failed=1
}

@test "JSON: what is none is refused by import" {
    for file in "$SHARED"/torture/json/*.json; do
        wanted=either
        [[ $file != */n_* ]] || wanted=refused
        refused_or_done $wanted import "$file" --as customer
    done
    [ "$failed" = 0 ]
}

@test "JSON: what is none is refused as a list of holidays" {
    for file in "$SHARED"/torture/json/*.json; do
        refused_or_done refused calendar import "$file"
    done
    [ "$failed" = 0 ]
}

@test "JSON: answers to a survey" {
    for file in "$SHARED"/torture/json/*.json; do
        refused_or_done refused survey import nps "$file"
    done
    [ "$failed" = 0 ]
}

@test "YAML: policies and maps" {
    for file in "$SHARED"/torture/yaml/*.yaml; do
        refused_or_done either policy check "$file"
        refused_or_done refused import "$SHARED/torture/csv-spectrum/csvs/simple.csv" --as order --map "$file"
    done
    [ "$failed" = 0 ]
}

@test "YAML: survey templates" {
    mkdir -p .crm/surveys
    for file in "$SHARED"/torture/yaml/*.yaml; do
        cp "$file" .crm/surveys/odd.yaml
        call timeout 20 "$CRM" survey result odd
        [[ $status = [13] ]] || complain "status $status: $file: $err"
        [ "$(wc -l <<<"${err%$'\n'}")" -le 2 ] || complain "says too much: $file"
    done
    [ "$failed" = 0 ]
}

@test "CSV and text: import and surveys" {
    for file in "$SHARED"/torture/csv-spectrum/csvs/* "$SHARED"/torture/utf8/*; do
        refused_or_done refused import "$file" --as customer
        refused_or_done refused survey import nps "$file"
        refused_or_done refused policy check "$file"
    done
    [ "$failed" = 0 ]
}

# ---- csv-spectrum: read as the JSON beside it says --------------------------------------------------

# A map that keeps each row's cells: in name, segment, industry and so on, for as many as there are.
map_of() {
    local fields=(name segment industry size country city) index=0 column
    echo "trim: no"
    echo "fields:"
    jq -r '.[0] | keys_unsorted[]' "$1" | while IFS= read -r column; do
        printf '  %s: "%s"\n' "${fields[index]}" "$column"
        index=$((index + 1))
    done
}

@test "CSV: cells are what csv-spectrum says" {
    command -v jq >/dev/null || skip "no jq"
    for file in "$SHARED"/torture/csv-spectrum/csvs/*.csv; do
        name=$(basename "$file" .csv)
        # Its JSON has another telephone number than its CSV.
        [ "$name" != location_coordinates ] || continue
        cp "$SHARED/torture/csv-spectrum/json/$name.json" expected
        [ "$(jq length expected)" != 0 ] || continue
        crm init "$name" >/dev/null
        map_of expected >map.yaml
        # These lost their carriage returns on the way here.
        [[ $name == *_crlf ]] && sed 's/$/\r/' "$file" >data.csv || cp "$file" data.csv
        call crm -C "$name" import data.csv --as customer --map map.yaml
        [ "$status" = 0 ] || { complain "$name: $err"; continue; }
        # Blank cells are null in the book, and a name is never blank.
        diff <(jq -c '.[] | [.[] | select(. != "")]' expected | sort) \
            <(crm -C "$name" export customer --fields name,segment,industry,size,country,city |
                jq -c '[.[] | select(. != null)]' | sort) || complain "$name differs"
    done
    [ "$failed" = 0 ]
}
