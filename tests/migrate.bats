#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Books of released schema versions, as tests/migrations/VERSION.sql: brought up to date when they
# are opened, in one transaction, with a copy of what they were. VERSION.jsonl is what the crm of
# then exported.
load helper

setup_test() {
    need_file "the released books are files"
    command -v sqlite3 >/dev/null || skip "no sqlite3"
    new_book
    cp .crm/crm.db new.db
    printf 'fields:\n  customer:\n    shade: {type: text}\n' >>.crm/policy.yaml
    old_book 1
}

old_book() {
    rm -f .crm/crm.db*
    (umask 077 && sqlite3 .crm/crm.db <"$TESTS/migrations/$1.sql")
    sqlite3 .crm/crm.db 'PRAGMA journal_mode=WAL' >/dev/null
}

version() {
    sqlite3 "${1:-.crm/crm.db}" 'PRAGMA user_version'
}

rows() {
    sqlite3 "$1" .dump | sed '/sqlite_sequence/d' | sha256sum
}

@test "the schema is that of a new book, to the letter" {
    [ "$(version)" = 1 ]
    crm list customer >/dev/null
    [ "$(version)" = "$(version new.db)" ]
    for file in new.db .crm/crm.db; do
        sqlite3 "$file" 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2' >"${file##*/}.schema"
    done
    diff new.db.schema crm.db.schema
    # And with it the columns, each in its place.
    for table in $(sqlite3 new.db "SELECT name FROM sqlite_schema WHERE type = 'table'"); do
        diff <(sqlite3 new.db "PRAGMA table_xinfo($table)") <(sqlite3 .crm/crm.db "PRAGMA table_xinfo($table)")
    done
    [ "$(sqlite3 .crm/crm.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" = ok ]
}

# exported_as_then VERSION: fields that there were not then may have come in.
exported_as_then() {
    local kind
    while IFS= read -r kind; do
        crm export "$kind" --format jsonl | jq -c --arg kind "$kind" '{kind: $kind, record: .}'
    done < <(jq -r .kind "$TESTS/migrations/$1.jsonl" | uniq) >now.jsonl
    jq -n -e --slurpfile old "$TESTS/migrations/$1.jsonl" --slurpfile new now.jsonl '
        ($old | length) == ($new | length) and
        all(range($old | length); . as $i | $old[$i].kind == $new[$i].kind and
            ($old[$i].record | to_entries | all(.value == $new[$i].record[.key])))'
}

@test "every record is exported as the crm of then did" {
    exported_as_then 1
}

@test "from version 2: the schema, the records, and every entry as it was" {
    old_book 2
    before=$(rows .crm/crm.db)
    sqlite3 .crm/crm.db 'SELECT * FROM journal' >journal.before
    [ "$(version)" = 2 ]
    # Birthdays of then stay, even one that its calendar does not have: that was not looked at then.
    crm check >said || true
    [ "$(jq -r '[.record, .problem] | join(" ")' said)" = "P-3 birthday: no lunar month has that day
28 22 rows and 28 entries read; errors: 0, warnings: 1, repaired: 0" ]
    [ "$(version)" = "$(version new.db)" ]
    [ "$(rows .crm/crm.db.v2-backup)" = "$before" ]
    diff journal.before <(sqlite3 .crm/crm.db 'SELECT * FROM journal')
    for file in new.db .crm/crm.db; do
        sqlite3 "$file" 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2' >"${file##*/}.schema"
    done
    diff new.db.schema crm.db.schema
    exported_as_then 2
    # Birthdays of then are found by their days now.
    [ "$(crm list contact birthday=1975-8-15 --fields name,birthday_calendar)" = '{"name":"陈静","birthday_calendar":"lunar"}' ]
}

@test "a copy of what it was lies beside it, private" {
    before=$(rows .crm/crm.db)
    crm show acme-ltd >/dev/null
    [ "$(version .crm/crm.db.v1-backup)" = 1 ]
    [ "$(rows .crm/crm.db.v1-backup)" = "$before" ]
    [ "$(stat -c %a .crm/crm.db.v1-backup)" = 600 ]
    # One that is there is left alone.
    old_book 1
    echo mine >.crm/crm.db.v1-backup
    crm show acme-ltd >/dev/null
    [ "$(cat .crm/crm.db.v1-backup)" = mine ]
    [ "$(rows .crm/crm.db.v1-backup-2)" = "$before" ]
    # The second opening has nothing to do.
    crm show acme-ltd >/dev/null
    [ "$(echo .crm/crm.db.v1*)" = ".crm/crm.db.v1-backup .crm/crm.db.v1-backup-2" ]
}

@test "old entries are hashed, and tell what they added" {
    crm list customer >/dev/null
    [ "$(sqlite3 .crm/crm.db 'SELECT count(*) FROM journal WHERE id <= 25 AND length(hash) = 64')" = 25 ]
    [ "$(sqlite3 .crm/crm.db 'SELECT added FROM journal WHERE id IN (1, 3, 5, 11, 21, 23, 24, 25) ORDER BY id')" = \
'{"staff":{"count":1,"first":1,"last":1}}
{"customer":{"count":1,"first":1,"last":1}}
{}
{"order_line":{"count":1,"first":1,"last":1}}
{"survey_answer":{"count":1,"first":1,"last":1}}
{"tier_change":{"count":2,"first":1,"last":2}}
{}
{"reminder_given":{"count":1}}' ]
    # The chain: each names the one before, and is what sha256sum makes of it.
    [ "$(sqlite3 .crm/crm.db 'SELECT count(*) FROM journal a JOIN journal b ON b.id = a.id + 1
        WHERE b.previous_hash = a.hash')" = "$(($(sqlite3 .crm/crm.db 'SELECT count(*) FROM journal') - 1))" ]
    [ "$(sqlite3 .crm/crm.db "SELECT salt || command FROM journal WHERE id = 3" | head -c -1 | sha256sum)" = \
        "$(sqlite3 .crm/crm.db 'SELECT command_digest FROM journal WHERE id = 3')  -" ]
    [ "$(sqlite3 .crm/crm.db "SELECT previous_hash || char(10) || id || char(10) || happened_at || char(10) ||
        actor || char(10) || command_digest || char(10) || added || char(10) || images_digest
        FROM journal WHERE id = 4" | head -c -1 | sha256sum)" = \
        "$(sqlite3 .crm/crm.db 'SELECT hash FROM journal WHERE id = 4')  -" ]
}

@test "numbers that were given are not given again, reminders neither" {
    crm visit add acme-ltd --planned-on 2026-05-01 >said
    [ "$(jq -r .number said)" = V-4 ]
    [ "$(sqlite3 .crm/crm.db 'SELECT name, seq FROM sqlite_sequence ORDER BY name' | tr '\n' ' ')" = \
        "complaint|1 contact|1 customer|2 note|1 staff|2 visit|4 " ]
    [ "$(sqlite3 .crm/crm.db 'SELECT item, entry FROM reminder_given')" = 'planned:V-2:2025-04-01|25' ]
}

@test "a book that cannot be written says so and stays" {
    [ "$(id -u)" != 0 ] || skip "root writes everywhere"
    sqlite3 .crm/crm.db 'PRAGMA journal_mode=DELETE' >/dev/null
    before=$(sha256sum <.crm/crm.db)
    chmod 400 .crm/crm.db
    chmod 500 .crm
    call crm list customer
    chmod 700 .crm
    expect 1 "" "crm: an older crm wrote '$PWD/.crm/crm.db', and it cannot be written to be brought up to date
hint: open a copy of it with any command where it can be written"
    [ "$(sha256sum <.crm/crm.db)" = "$before" ]
}

@test "a newer book is refused, by readers and writers" {
    sqlite3 .crm/crm.db 'PRAGMA user_version = 99'
    before=$(rows .crm/crm.db)
    for command in 'list customer' 'add Acme'; do
        # shellcheck disable=SC2086
        call crm $command
        [ "$status" = 1 ]
        [[ $err == *"the book has schema version 99, this crm knows versions up to "* ]]
    done
    [ "$(rows .crm/crm.db)" = "$before" ]
    [ ! -e .crm/crm.db.v99-backup ]
}

@test "without room for the copy nothing is touched" {
    before=$(rows .crm/crm.db)
    mkdir .crm/crm.db.v1-backup.part
    call crm list customer
    [ "$status" = 1 ]
    [[ $err == *crm.db.v1-backup.part* ]]
    [ "$(version)" = 1 ]
    [ "$(rows .crm/crm.db)" = "$before" ]
}

@test "killed in the middle, it is the old book or the new one" {
    local round before state reader
    before=$(rows .crm/crm.db)
    # Enough entries that the middle lasts.
    sqlite3 .crm/crm.db "WITH RECURSIVE n(i) AS (SELECT 26 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO journal SELECT i, '2025-06-01T00:00:00Z', 'lin', 'crm -q edit acme-ltd' FROM n"
    cp .crm/crm.db big.db
    before=$(rows big.db)
    declare -A seen=()
    for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
        rm -f .crm/crm.db*
        cp big.db .crm/crm.db
        # timeout(1) would return before what it killed is gone; wait does not.
        "$CRM" list customer >/dev/null 2>&1 &
        reader=$!
        sleep "0.0$((round * 7 % 10))$round"
        kill -KILL "$reader" 2>/dev/null || true
        wait "$reader" || true
        state=$(version)
        seen[$state]=1
        [ "$(sqlite3 .crm/crm.db 'PRAGMA integrity_check')" = ok ]
        if [ "$state" = 1 ]; then
            [ "$(rows .crm/crm.db)" = "$before" ]
        fi
        # Whatever copy bears its name is whole.
        if [ -e .crm/crm.db.v1-backup ]; then
            [ "$(rows .crm/crm.db.v1-backup)" = "$before" ]
        fi
        crm list customer >/dev/null
        [ "$(version)" = "$(version new.db)" ]
        [ "$(sqlite3 .crm/crm.db "SELECT count(*) FROM journal WHERE hash = ''")" = 0 ]
    done
    [ -n "${seen[1]}" ]
}

@test "two who open it at once: one migrates, both read" {
    crm list customer >one &
    first=$!
    crm list customer >two
    wait "$first"
    diff one two
    [ "$(version)" = "$(version new.db)" ]
    [ "$(echo .crm/crm.db.v1*)" = .crm/crm.db.v1-backup ]
}
