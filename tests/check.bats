# SPDX-License-Identifier: MIT
# crm check: every kind of damage is done to a book behind crm's back, and must be found and named.

load helper

setup_test() {
    command -v jq >/dev/null || skip "no jq"
    new_book
    {
        crm add staff "Lin Yue" --login lin
        crm add customer Acme --key acme --owner lin --phone 123456 --email a@example.com
        crm add customer Moon --key moon --tags "a b"
        crm add order O1 --customer acme --ordered-on 2026-01-05
        crm add line --order-ref O-1 --quantity 2 --unit-price 10.5
        crm add order O2 --customer moon --ordered-on 2026-02-05
        crm add line --order-ref O-2 --amount 7
        crm add contact Wang --customer acme
        crm complain add acme "it leaks" --severity high
        crm complain respond C-1
        crm visit add acme --channel phone --next-on +3d
        crm survey ask nps acme --answer recommend=9
        crm tier apply
        crm list
    } >/dev/null
}

# Writes past crm: neither references nor journal notice.
damage() {
    if on_postgres; then
        # Triggers that look at a column go with it.
        query_store "SET session_replication_role = replica; ${1/%DROP COLUMN tags/DROP COLUMN tags CASCADE}"
    else
        query_store "$1"
    fi
}

# found CHECK…: kind, record, field, stored and expected of what is wrong, one a line.
found() {
    call crm check --format jsonl "$@"
    printf '%s' "$out" >rows
    jq -r 'select(.check != "summary") | [.check, .kind, .record, .field, .stored, .expected, .severity]
           | map(. // "-") | join(" ")' rows
}

# expect_found LINES [CHECK…]: these alone are wrong, and the status says so.
expect_found() {
    local wanted=$1
    shift
    diff <(found "$@") <(printf '%s\n' "$wanted") || { cat rows && return 1; }
    call crm check "$@"
    [ "$status" = 1 ]
    # Each says what is wrong, and how to mend it.
    jq -es 'map(select(.check != "summary")) | all(.problem != null and .hint != null)' rows >/dev/null
}

# has FILTER: a row of the last `found` for which the filter of jq holds.
has() {
    jq -es "any(.[]; $1)" rows >/dev/null || { cat rows && return 1; }
}

expect_clean() {
    call crm check --format jsonl "$@"
    [ "$status" = 0 ] || { printf '%s%s' "$out" "$err" && return 1; }
    jq -es 'length == 1 and .[0].check == "summary" and .[0].severity == "ok"' <<<"$out" >/dev/null ||
        { printf '%s' "$out" && return 1; }
}

# expect_repaired: what was found is mended, by one entry of the journal, and stays so.
expect_repaired() {
    local before
    before=$(query_store 'SELECT max(id) FROM journal')
    call crm check --repair --format jsonl
    [ "$status" = 0 ] || { printf '%s%s' "$out" "$err" && return 1; }
    jq -es '.[:-1] | length > 0 and all(.repaired)' <<<"$out" >/dev/null || { printf '%s' "$out" && return 1; }
    [ "$(query_store 'SELECT max(id) FROM journal')" = $((before + 1)) ]
    [ "$(query_store 'SELECT command FROM journal ORDER BY id DESC LIMIT 1')" = "crm check --repair --format jsonl" ]
    expect_clean
}

@test "a new book and a used one are clean" {
    expect_clean
    new_book other
    call crm --book other check --format jsonl
    expect 0 '{"check":"summary","kind":null,"record":null,"field":null,"stored":null,"expected":null,"problem":"0 rows and 0 entries read; errors: 0, warnings: 0, repaired: 0","severity":"ok","repairable":false,"repaired":false,"hint":null}' ""
}

@test "the sample book is clean, but for a clock that was set back" {
    "$TESTS/demo" --quiet "$CRM" sample
    [ "$(crm --book sample remind --new --within 400d --format jsonl | jq -r .kind | sort -u | wc -l)" -gt 4 ]
    call crm --book sample check --format jsonl
    [ "$status" = 0 ]
    jq -es 'length == 2 and .[0].field == "happened_at" and .[0].severity == "warning"' <<<"$out"
}

@test "imports of real orders are clean" {
    need_shared
    crm import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    expect_clean
}

@test "what commands change and remove is accounted for" {
    {
        crm edit acme --name "Acme Ltd"
        crm add note acme hello
        crm remove N-1
        crm edit O-1 --status cancelled
        crm merge moon acme
        crm complain resolve C-1 --cause product
        crm complain reopen C-1
        crm add staff Chen --login chen
        crm edit C-1 --owner chen
    } >/dev/null
    expect_clean
}

@test "what was undone, and undone again, is accounted for" {
    crm add note acme hello >/dev/null
    crm remove N-1 >/dev/null
    for _ in 1 2 3; do
        crm undo >/dev/null
        expect_clean
    done
    printf 'key,name\nx1,X\nx2,Y\n' >c.csv
    crm import c.csv --as customer >/dev/null
    crm merge x2 acme >/dev/null
    for _ in 1 2; do
        crm undo >/dev/null
        expect_clean
    done
    crm complain resolve C-1 --cause product >/dev/null
    crm undo >/dev/null
    expect_clean
}

@test "what was erased on purpose is not missed" {
    {
        crm add customer Bob --key bob --kind person --phone 138
        crm edit bob --phone 139
        crm add note bob "told us a secret"
        crm remove N-1
        crm add note bob "and another"
        crm forget bob
    } >/dev/null 2>&1
    expect_clean
}

@test "a row lost beside those that were erased on purpose is missed" {
    local entry note
    {
        crm add customer Bob --key bob --kind person
        crm add contact Ann --customer bob
        crm add note bob first
        crm remove N-1
        crm undo
        crm remove contact Ann
        crm forget bob
    } >/dev/null 2>&1
    expect_clean
    entry=$(query_store "SELECT entry FROM contact WHERE name = 'Wang'")
    damage "DELETE FROM contact WHERE name = 'Wang'"
    expect_found "journal journal $entry contact 0 1 error" journal
    # The note was removed and came back: nothing excuses that it is gone.
    note=$(query_store "SELECT entry FROM note")
    damage "DELETE FROM note"
    expect_found "journal journal $entry contact 0 1 error
journal journal $note note 0 1 error" journal
}

@test "the summary has the hash of the last entry" {
    call crm check
    [ "$(jq -r .stored <<<"$out")" = "$(query_store 'SELECT hash FROM journal ORDER BY id DESC LIMIT 1')" ]
    [ "$(jq -r .record <<<"$out")" = "$(query_store 'SELECT max(id) FROM journal')" ]
}

# ---- The engine and its tables --------------------------------------------------------------------

@test "an index without a row is named and built anew" {
    need_file "SQLite's index"
    damage "PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = sql || ' WHERE name IS NULL' WHERE name = 'customer_1'"
    damage "UPDATE customer SET name = 'Acme & Co' WHERE key = 'acme'"
    damage "PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ' WHERE name IS NULL', '') WHERE name = 'customer_1'"
    found integrity >said
    [ "$status" = 1 ]
    grep -q '^integrity - customer_1 ' said
    expect_repaired
}

@test "a page that was overwritten is reported, and the rest is checked" {
    need_file "pages of the file"
    local root
    root=$(damage "SELECT rootpage FROM sqlite_schema WHERE name = 'survey_answer'")
    damage "PRAGMA wal_checkpoint(TRUNCATE); UPDATE customer SET orders = 9 WHERE key = 'acme';
            PRAGMA wal_checkpoint(TRUNCATE)"
    dd if=/dev/zero of=.crm/crm.db bs=4096 seek=$((root - 1)) count=1 conv=notrunc status=none
    call crm check
    [ "$status" = 1 ]
    printf '%s' "$out" >rows
    has '.check == "integrity" and .kind == "survey_answer"'
    has '.check == "derived" and .record == "#1" and .field == "orders" and .stored == "9"'
    tail -n 1 rows | jq -e '.check == "summary" and .severity == "error"'
    [[ $err == "crm: "*"things in the book are wrong"* ]]
}

@test "a file that is no database is reported, and the other files are checked" {
    need_file "a damaged file"
    rm -f .crm/crm.db-wal .crm/crm.db-shm
    printf 'this is no database at all, but it is long enough to be read as one by an engine.....' >.crm/crm.db
    printf '{' >.crm/calendars/cn-2026.json
    call crm check
    [ "$status" = 1 ]
    printf '%s' "$out" >rows
    has '.check == "integrity" and (.problem | test("not a database"))'
    has '.check == "files" and (.record == "calendars/cn-2026.json")'
}

@test "an index that is missing is found and made again" {
    damage "DROP INDEX visit_1"
    expect_found "schema visit - customer, done_at - INDEX error"
    expect_repaired
}

@test "columns and tables that are missing are found" {
    damage "ALTER TABLE note DROP COLUMN tags$(on_postgres && echo " CASCADE" || true)"
    damage "DROP TABLE reminder_given"
    found schema >said
    [ "$status" = 1 ]
    grep -qE '^schema note - tags - TEXT|^schema note - tags - text' said
    grep -q '^schema reminder_given - - - TABLE error' said
}

@test "a trigger that somebody planted is named" {
    need_file "the trigger is SQLite's"
    damage "CREATE TRIGGER discount AFTER INSERT ON order_line BEGIN
                UPDATE order_line SET amount = amount / 2 WHERE order_ref = NEW.order_ref; END"
    expect_found "schema line - - discount - error" schema
    # A backup of the book is still to be had.
    crm backup book.tar >/dev/null
}

@test "a table that is gone is damage, to commands that need it as well" {
    damage "DROP TABLE note"
    call crm list note
    expect 1 "" -
    [[ $err == *note*$'\nhint: restore it from a backup'* ]]
}

@test "a table whose changes the journal would not hear of" {
    on_postgres || skip "triggers are PostgreSQL's"
    damage "ALTER TABLE customer DISABLE TRIGGER keep_changed"
    expect_found "integrity - - - - - error" integrity
    has '.problem | test("table customer: the triggers")'
}

@test "indexes of PostgreSQL are verified where amcheck is there" {
    on_postgres || skip "amcheck is PostgreSQL's"
    postgres "$(cat "$CRM_TEST_DATABASES"/*)" -c 'CREATE EXTENSION amcheck SCHEMA public' || skip "no amcheck"
    expect_clean
}

# ---- The journal ------------------------------------------------------------------------------------

@test "an entry that was changed breaks the chain" {
    damage "UPDATE journal SET actor = 'nobody' WHERE id = 3"
    found journal >said
    [ "$status" = 1 ]
    [ "$(cut -d' ' -f1-4 said)" = "journal journal 3 hash" ]
}

@test "an entry that was changed with its hash breaks the link of the next" {
    damage "UPDATE journal SET hash = previous_hash WHERE id = 3"
    found journal >said
    [ "$(cut -d' ' -f1-4 said)" = $'journal journal 3 hash\njournal journal 4 previous_hash' ]
}

@test "a command that was changed is found; one that was erased is not wrong" {
    damage "UPDATE journal SET command = 'crm nothing' WHERE id = 2"
    expect_found "journal journal 2 command crm nothing - error" journal
    damage "UPDATE journal SET command = NULL WHERE id = 2"
    expect_found "journal journal 2 command - - error" journal
    damage "UPDATE journal SET command = NULL, salt = NULL WHERE id = 2"
    expect_clean journal
}

@test "entries that are missing are found" {
    damage "DELETE FROM journal WHERE id IN (6, 7)"
    found journal >said
    [ "$status" = 1 ]
    grep -q '^journal journal 8 id ' said
    grep -q '^journal line ' said
    has '.field == "id" and .problem == "entries 6 to 7 are missing"'
}

@test "an image that was changed, removed or erased" {
    crm edit acme --name "Acme Ltd" >/dev/null
    local entry
    entry=$(query_store 'SELECT max(id) FROM journal')
    damage "UPDATE journal_image SET before_values = '{}' WHERE entry = $entry"
    expect_found "journal journal_image $entry/1 digest - - error" journal
    damage "UPDATE journal_image SET before_values = NULL, after_values = NULL, salt = NULL WHERE entry = $entry"
    expect_clean journal
    damage "DELETE FROM journal_image WHERE entry = $entry"
    found journal >said
    [ "$(cut -d' ' -f1-4 said)" = "journal journal $entry images_digest" ]
}

@test "a value that was changed past crm, though its field takes it" {
    {
        crm edit acme --city Xiamen --status dormant
        crm edit acme --status active
        crm edit O-1 --channel web
        crm visit add moon --planned-on 2026-03-09
        crm visit done V-2 --channel phone --outcome 4
        crm add note acme hello
        crm remove N-1
        crm undo
    } >/dev/null
    expect_clean
    damage "UPDATE customer SET status = 'lost', city = NULL, phone = '555' WHERE id = 1;
            UPDATE sales_order SET channel = 'phone' WHERE id = 1; UPDATE visit SET outcome = 5 WHERE id = 2;
            UPDATE note SET text = 'goodbye'"
    expect_found "journal customer #1 status lost active error
journal customer #1 city - Xiamen error
journal order O-1 channel phone web error
journal visit V-2 outcome 5 4 error
journal note N-1 text goodbye hello error" journal
    has '.problem == "not what the journal has of it, from entry 15"'
    # crm's own means put it right, and what was erased is not known.
    crm edit acme --status active --city Xiamen >/dev/null
    found journal | grep -c '^journal customer' && return 1
    damage "UPDATE sales_order SET channel = 'web' WHERE id = 1; UPDATE visit SET outcome = 4 WHERE id = 2;
            UPDATE note SET text = 'hello'"
    expect_clean
}

@test "a number that is another record's by now" {
    crm add product Chair --code chair >/dev/null
    crm edit product chair --name Stool >/dev/null
    crm remove product chair >/dev/null
    crm add product Table --code table >/dev/null
    expect_clean
}

@test "an image under another customer" {
    crm edit acme --name "Acme Ltd" >/dev/null
    crm edit P-1 --title chef >/dev/null
    crm add note acme hello >/dev/null
    crm remove N-1 >/dev/null
    local entry number
    entry=$(query_store 'SELECT max(id) FROM journal')
    expect_clean
    for number in "$((entry - 3))/1 2 1" "$((entry - 2))/1 2 1" "$entry/1 2 1"; do
        damage "UPDATE journal_image SET customer = 2 WHERE entry = ${number%%/*}"
        expect_found "journal journal_image ${number%% *} customer 2 1 error" journal
        damage "UPDATE journal_image SET customer = 1 WHERE entry = ${number%%/*}"
    done
    crm merge moon acme >/dev/null
    crm undo >/dev/null
    crm remove P-1 >/dev/null
    crm undo >/dev/null
    expect_clean
    damage "UPDATE journal_image SET customer = NULL WHERE kind = 'order'"
    found journal >said
    [ "$(cut -d' ' -f2,4-6 said | sort)" = "journal_image customer - 1
journal_image customer - 2" ]
}

@test "a row added without a command is found" {
    damage "INSERT INTO note (customer, text, noted_on, entry) VALUES (1, 'planted', '2026-01-01', 999)"
    expect_found "journal note N-1 entry 999 - error" journal
    damage "UPDATE note SET entry = 2"
    expect_found "journal journal 2 note 1 0 error" journal
}

@test "a row removed without a command is found" {
    local entry
    entry=$(query_store 'SELECT entry FROM contact')
    damage "DELETE FROM contact"
    expect_found "journal journal $entry contact 0 1 error" journal
}

@test "time that runs backwards is a warning" {
    crm --now 2026-01-01T09:00:00+08:00 add note acme early >/dev/null
    call crm check
    [ "$status" = 0 ]
    head -n 1 <<<"$out" | jq -e '.field == "happened_at" and .severity == "warning" and .kind == "journal"'
    tail -n 1 <<<"${out%$'\n'}" | jq -e '.severity == "warning"'
}

# ---- Records ----------------------------------------------------------------------------------------

@test "references to nobody" {
    damage "UPDATE customer SET parent = 77, owner = 88 WHERE key = 'acme';
            UPDATE visit SET contact = 99; UPDATE order_line SET product = 66 WHERE order_ref = 1"
    expect_found "references customer #1 owner 88 - error
references customer #1 parent 77 - error
references line customer=1 ordered_on=2026-01-05 order_ref=1 line_number=1 product 66 - error
references visit V-1 contact 99 - error" references
}

@test "reminders of nothing, merges of nobody, settings that are none" {
    crm remind --new --within 400d >said
    jq -es 'map(.kind | sub("_.*"; "")) | contains(["complaint", "promise"])' said >/dev/null
    crm add Twin >/dev/null
    crm merge twin acme >/dev/null
    expect_clean
    crm remove C-1 >/dev/null 2>&1 || crm complain resolve C-1 --cause product >/dev/null
    expect_clean
    damage "INSERT INTO reminder_given (item, state, recipient, given_at, entry) VALUES
            ('resolve:C-77:2026-03-09', 'due', 'lin', '2026-03-02T01:00:00Z', 1),
            ('visit:66:2026-03-09', 'due', 'lin', '2026-03-02T01:00:00Z', 1),
            ('visit:1:2026-03-10', 'due', 'lin', 'lately', 1),
            ('nonsense', 'due', 'lin', '2026-03-02T01:00:00Z', 1);
            UPDATE merged_record SET merged_into = 55;
            UPDATE book_setting SET setting = 'x' WHERE name = 'visit_dates'"
    found references values >said
    diff - said <<'END'
references reminder_given nonsense item nonsense - error
references reminder_given resolve:C-77:2026-03-09 item resolve:C-77:2026-03-09 - error
values reminder_given visit:1:2026-03-10 given_at lately - error
references reminder_given visit:66:2026-03-09 item visit:66:2026-03-09 - error
references merged_record customer 3 merged_into 55 - error
values setting visit_dates setting x - error
END
}

@test "a parent that comes later is no fault" {
    crm edit acme --parent moon >/dev/null
    expect_clean
}

@test "amounts that no sum can hold are named, and the rest is checked" {
    crm add line --order-ref O-1 --amount 3 >/dev/null
    damage "UPDATE order_line SET amount = 9223372036854775807 WHERE order_ref = 1;
            UPDATE customer SET open_complaints = 9 WHERE key = 'moon'"
    found derived >said
    [ "$status" = 1 ]
    grep -q '^derived line customer=1 ordered_on=2026-01-05 order_ref=1 line_number=2 amount 922337203685477.5807 ' said
    grep -q '^derived customer #2 open_complaints 9 0 ' said
    has '.problem == "a sum of amounts is too large"'
}

@test "a line of another customer's order" {
    damage "UPDATE order_line SET customer = 2 WHERE order_ref = 1"
    expect_found "references line customer=2 ordered_on=2026-01-05 order_ref=1 line_number=1 customer 2 - error" references
}

# Value by value: the statement, then field, stored and expected.
values_cases() {
    cat <<'END'
UPDATE customer SET since = '2026-02-30' WHERE id = 1|customer #1 since 2026-02-30 -
UPDATE customer SET since = '2026-2-03' WHERE id = 1|customer #1 since 2026-2-03 -
UPDATE customer SET since = 'today' WHERE id = 1|customer #1 since today 2026-03-02
UPDATE visit SET done_at = '2026-03-02 10:00'|visit V-1 done_at 2026-03-02 10:00 2026-03-02T02:00:00Z
UPDATE visit SET done_at = 'soon'|visit V-1 done_at soon -
UPDATE customer SET kind = 'firm' WHERE id = 2|customer #2 kind firm -
UPDATE customer SET stability = 6 WHERE id = 2|customer #2 stability 6 -
UPDATE visit SET outcome = 0|visit V-1 outcome 0 -
UPDATE contact SET is_primary = 2|contact P-1 is_primary 2 -
UPDATE customer SET credit_code = '91350100M000100Y44' WHERE id = 1|customer #1 credit_code 91350100M000100Y44 -
UPDATE customer SET email = 'nowhere' WHERE id = 1|customer #1 email - -
UPDATE customer SET tags = 'a  b a' WHERE id = 2|customer #2 tags a  b a a b
UPDATE customer SET city = '' WHERE id = 2|customer #2 city  -
UPDATE customer SET key = '  ' WHERE id = 2|customer #2 key    -
UPDATE sales_order SET currency = 'yuan' WHERE id = 1|order O-1 currency yuan -
UPDATE customer SET custom = '[1]' WHERE id = 2|customer #2 custom - -
UPDATE customer SET custom = '{"fleet":"many"}' WHERE id = 2|customer #2 fleet many -
UPDATE customer SET custom = '{"colour":"green"}' WHERE id = 2|customer #2 colour green -
UPDATE customer SET custom = '{"met":"2026-02-30"}' WHERE id = 2|customer #2 met 2026-02-30 -
END
}

# Of these the engine of PostgreSQL itself keeps the types apart.
sqlite_values_cases() {
    cat <<'END'
UPDATE customer SET since = 5 WHERE id = 1|customer #1 since 5 -
UPDATE customer SET stability = 'high' WHERE id = 1|customer #1 stability high -
UPDATE order_line SET quantity = 1.5 WHERE order_ref = 1|line customer=1 ordered_on=2026-01-05 order_ref=1 line_number=1 quantity 1.5 1.5
UPDATE customer SET city = CAST(x'C3' AS TEXT) WHERE id = 1|customer #1 city � -
UPDATE customer SET custom = '{"fleet":1' WHERE id = 2|customer #2 custom - -
END
}

@test "values that their fields do not take" {
    cat >>.crm/policy.yaml <<'END'
fields:
  customer:
    fleet: {type: integer}
    colour: {type: enum, choices: [red, blue]}
    met: {type: date}
END
    expect_clean
    failed=0
    cases=$(values_cases)
    on_postgres || cases+=$'\n'$(sqlite_values_cases)
    while IFS='|' read -r statement wanted; do
        rm -rf copy
        if on_postgres; then
            (expect_in_transaction "$statement" "$wanted") || failed=1
            continue
        fi
        cp -r .crm copy
        query_store "$statement" copy
        line=$(CRM_BOOK=copy found values)
        [ "$line" = "values $wanted error" ] || { echo "$statement: $line"; failed=1; }
    done <<<"$cases"
    [ "$failed" = 0 ]
}

# Damage, look, and put back what was there.
expect_in_transaction() {
    local table column where before line
    table=$(awk '{ print $2 }' <<<"$1")
    column=$(awk '{ print $4 }' <<<"$1")
    where=$(grep -oE ' WHERE .*' <<<"$1" || true)
    before=$(query_store "SELECT coalesce(quote_literal($column), 'NULL') FROM $table$where")
    damage "$1"
    line=$(found values)
    damage "UPDATE $table SET $column = $before$where"
    [ "$line" = "values $2 error" ] || { echo "$1: $line" && return 1; }
}

@test "a sensitive value is never shown" {
    damage "UPDATE customer SET email = 'secret@@example.com' WHERE id = 1"
    call crm check
    [ "$status" = 1 ]
    [[ $out != *secret* ]] && [[ $err != *secret* ]]
    call crm check --format table
    [[ $out != *secret* ]]
}

@test "words that the policy no longer knows are a warning" {
    printf '%s\n' 'visits:' '  channels: [mail, face]' \
        '  cadence:' '    A: {every: 30d, channel: face}' '    B: {every: 60d, channel: mail}' \
        '    C: {every: 90d, channel: mail}' >.crm/policy.yaml
    call crm check values
    [ "$status" = 0 ]
    head -n 1 <<<"$out" | jq -e '.record == "V-1" and .severity == "warning" and (.problem | test("phone"))'
}

@test "a key that is taken twice" {
    need_file "the constraint of SQLite's table"
    damage "PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'key TEXT NOT NULL UNIQUE', 'key TEXT NOT NULL')
            WHERE name = 'customer';
            DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_customer_1'"
    damage "UPDATE customer SET key = 'acme'"
    found schema values >said
    grep -q '^schema customer - key - UNIQUE error' said
    grep -q '^values customer #1 key acme - error' said
}

@test "a complaint that is not where its events leave it" {
    damage "UPDATE complaint SET status = 'resolved'"
    expect_found "complaints complaint C-1 status resolved responded error" complaints
    damage "UPDATE complaint SET status = 'responded', responded_at = NULL, reopened = 2"
    expect_found "complaints complaint C-1 responded_at - 2026-03-02T01:00:00Z error
complaints complaint C-1 reopened 2 0 error" complaints
}

# ---- Derived facts ----------------------------------------------------------------------------------

@test "sums of a customer are added up and mended" {
    damage "UPDATE customer SET orders = 5, revenue_total = 1, last_order_on = '2020-01-01' WHERE id = 1"
    expect_found "derived customer #1 orders 5 1 error
derived customer #1 revenue_total 0.0001 21 error
derived customer #1 last_order_on 2020-01-01 2026-01-05 error"
    expect_repaired
    [ "$(crm show acme | jq -c '[.orders, .revenue_total]')" = "[1,21]" ]
}

@test "sums by month are added up and mended" {
    damage "UPDATE month_total SET revenue = 5 WHERE month_of = '2026-01'; DELETE FROM month_total WHERE month_of = '2026-02';
            INSERT INTO month_total VALUES ('1999-01', 'CNY', 10000, 0, 1, 1)"
    expect_found "derived month_total 2026-01 CNY revenue 0.0005 21 error
derived month_total 2026-02 CNY revenue - 7 error
derived month_total 2026-02 CNY profit - 0 error
derived month_total 2026-02 CNY orders - 1 error
derived month_total 2026-02 CNY customers - 1 error
derived month_total 1999-01 CNY revenue 1 - error"
    expect_repaired
}

@test "lines follow their order" {
    damage "UPDATE order_line SET counted = 0, currency = 'USD' WHERE order_ref = 2"
    expect_found "derived line customer=2 ordered_on=2026-02-05 order_ref=2 line_number=1 currency USD CNY error
derived line customer=2 ordered_on=2026-02-05 order_ref=2 line_number=1 counted 0 1 error"
    expect_repaired
}

@test "dates of visits, open complaints, last survey and tier are computed and mended" {
    damage "UPDATE customer SET next_visit_on = '2030-01-01', promise_on = NULL, last_visit_on = '2020-01-01',
            open_complaints = 7, last_survey_on = NULL, tier = 'Z', tier_since = '2020-01-01' WHERE id = 1"
    found >said
    [ "$(cut -d' ' -f1-4 said)" = "derived customer #1 open_complaints
derived customer #1 last_survey_on
derived customer #1 tier
derived customer #1 tier_since
derived customer #1 last_visit_on
derived customer #1 next_visit_on
derived customer #1 promise_on" ]
    expect_repaired
}

@test "a policy that changed since is no fault: dates are computed anew when they are read" {
    crm list >/dev/null
    printf 'tiers: {names: [A, B, C]}\nvisits: {cadence: {C: {every: 3d}}}\n' >.crm/policy.yaml
    call crm check derived
    [ "$status" = 0 ]
}

@test "tiers that another scheme gave stand when a new one becomes the main one, until it moves them" {
    local side='method: quota, indicators: {sum: {source: revenue, weight: 100, missing: zero}}, thresholds: {A: 0, B: 0}'
    printf 'tiers: {schemes: {stars: {thresholds: {A: 80, B: 95}}}}\n' >.crm/policy.yaml
    expect_clean derived
    crm tier set acme A --reason "a promise" --scheme stars >/dev/null
    crm tier apply >/dev/null
    expect_clean derived
    # One that was evaluated beside it, and says otherwise, becomes the main one.
    printf 'tiers: {main: stars, schemes: {stars: {thresholds: {A: 80, B: 95}}, side: {%s}}}\n' "$side" >.crm/policy.yaml
    crm tier apply --scheme side >/dev/null
    crm tier set moon A --reason "a promise" >/dev/null
    crm tier unset moon >/dev/null
    printf 'tiers: {main: side, schemes: {side: {%s}}}\n' "${side/B: 0/B: 9}" >.crm/policy.yaml
    crm tier apply >/dev/null
    expect_clean derived
    [ "$(crm list --fields key,tier | jq -r '"\(.key) \(.tier)"')" = "acme B
moon B" ]
}

@test "what cannot be derived is left alone by --repair" {
    damage "UPDATE customer SET orders = 5, since = 'never' WHERE id = 1"
    call crm check --repair
    [ "$status" = 1 ]
    printf '%s' "$out" >rows
    has '.field == "orders" and .repaired'
    has '.field == "since" and .repairable == false and .repaired == false and (.hint | test("crm edit"))'
    [ "$(query_store 'SELECT since FROM customer WHERE id = 1')" = never ]
    expect_found "values customer #1 since never - error"
}

@test "nothing is derived from what is no value" {
    damage "UPDATE survey_answer SET answered_on = 'never'; UPDATE tier_change SET effective_on = '2026-02-30' WHERE customer = 1;
            UPDATE complaint SET status = 'lost'"
    damage "UPDATE customer SET open_complaints = 0 WHERE id = 1"
    expect_found "derived customer #1 open_complaints 0 - error
derived customer #1 last_survey_on 2026-03-02 - error
derived customer #1 tier_since 2026-03-02 - error" derived
    has '.problem == "cannot be computed: answered_on of the survey answer #1 is no value of its kind"'
    crm check --repair >/dev/null 2>&1 && return 1
    [ "$(query_store 'SELECT last_survey_on, tier_since, open_complaints FROM customer WHERE id = 1')" = "2026-03-02|2026-03-02|0" ]
}

@test "sums are not computed from a day that there is not" {
    damage "UPDATE order_line SET ordered_on = '2026-02-30' WHERE order_ref = 1; UPDATE sales_order SET ordered_on = '2026-02-30' WHERE id = 1"
    found derived >said
    [ ! -s said ]
    found values | grep -q '^values order O-1 ordered_on 2026-02-30 - error$'
    crm check --repair >/dev/null 2>&1 && return 1
    [ "$(query_store 'SELECT first_order_on, last_order_on FROM customer WHERE id = 1')" = "2026-01-05|2026-01-05" ]
}

@test "--repair writes nothing when nothing is wrong, and nothing with --dry-run" {
    local before
    before=$(query_store 'SELECT max(id) FROM journal')
    call crm check --repair
    [ "$status" = 0 ]
    damage "UPDATE customer SET orders = 5 WHERE id = 1"
    call crm check --repair --dry-run
    [ "$(query_store 'SELECT max(id) FROM journal')" = "$before" ]
    [ "$(query_store 'SELECT orders FROM customer WHERE id = 1')" = 5 ]
}

# ---- Files ------------------------------------------------------------------------------------------

@test "a broken policy is reported, and the records are checked all the same" {
    printf 'currency: yuan\n' >.crm/policy.yaml
    damage "UPDATE customer SET since = 'never' WHERE id = 1"
    found >said
    [ "$status" = 1 ]
    grep -q '^values customer #1 since never' said
    grep -q '^policy - policy.yaml:1:11 currency ' said
    rm .crm/policy.yaml
    if ! on_postgres; then
        call crm --book .crm check policy
        [ "$status" = 1 ]
        [[ $out == *"no policy.yaml"* ]]
    fi
}

@test "day lists and survey templates" {
    printf '{"year": 2025, "days": []}' >.crm/calendars/cn-2026.json
    printf '{"year": 2025' >.crm/calendars/cn-2025.json
    printf 'id: nps\n' >.crm/surveys/nps.yaml
    chmod 600 .crm/calendars/* .crm/surveys/*
    expect_found "files - calendars/cn-2025.json - - - error
files - calendars/cn-2026.json - - - error
files - surveys/nps.yaml - - - error" files
}

@test "a book that others may read is reported and closed again" {
    chmod 755 .crm
    chmod 644 .crm/policy.yaml
    expect_found "files - . mode 0755 0700 error
files - policy.yaml mode 0644 0600 warning" files
    call crm check --repair
    [ "$status" = 0 ]
    [ "$(stat -c %a .crm .crm/policy.yaml)" = $'700\n600' ]
    expect_clean
}

# ---- The command ------------------------------------------------------------------------------------

@test "checks are chosen by name" {
    damage "UPDATE customer SET orders = 5, lost_on = 'never' WHERE id = 1"
    expect_found "derived customer #1 orders 5 1 error" derived
    expect_found "values customer #1 lost_on never - error" values journal
    call crm check value
    expect 2 "" $'crm: there is no check \'value\'\nhint: did you mean \'values\'?'
}

@test "a book that cannot be written is checked, and not mended" {
    need_file "modes of files"
    [ "$(id -u)" != 0 ] || skip "root may write everything"
    damage "UPDATE customer SET orders = 5 WHERE id = 1; PRAGMA wal_checkpoint(TRUNCATE)"
    rm -f .crm/crm.db-*
    chmod 500 .crm
    chmod 400 .crm/crm.db
    found >said
    chmod 700 .crm
    grep -q '^derived customer #1 orders 5 1' said
    call crm check --repair
    [ "$status" = 1 ]
}

@test "no book is no clean book" {
    call crm --book nowhere check
    expect 1 "" -
    [[ $err == "crm: there is no book in 'nowhere'"* ]]
}

@test "a table says how to mend, each way once" {
    damage "UPDATE customer SET orders = 5"
    call crm check --format table
    [ "$status" = 1 ]
    [ "$(grep -c 'crm check --repair mends it' <<<"$out")" = 1 ]
    [[ $err == *"hint: crm check --repair mends what can be derived"* ]]
}

@test "output that cannot be written is noticed" {
    [ -e /dev/full ] || skip "no /dev/full"
    status=0
    crm check >/dev/full 2>err || status=$?
    [ "$status" = 1 ]
    grep -q 'cannot be written' err
}

@test "without a readable policy nothing is derived, and nothing repaired by another" {
    new_book other
    export CRM_BOOK=other
    sed -e 's/main: abc/main: gold/' -e 's/^    abc:$/    gold:/' -i other/policy.yaml
    crm add 甲 --key a -q
    crm tier set a A --reason 'by hand' -q
    crm check -q --format csv --fields record
    echo 'nonsense: [' >>other/policy.yaml
    call crm check --format csv --fields check,severity,problem
    [[ $status -ne 0 && $out == *"derived,warning,not compared: the policy can't be read
policy,error,"*"summary,error,"*"errors: 1, warnings: 1, repaired: 0"* ]]
    call crm check --repair
    [ "$status" -eq 3 ]
    [[ $err == *"policy.yaml:"*"hint: mend policy.yaml first: what is derived depends on it"* ]]
    sed -i '$d' other/policy.yaml
    [ "$(crm show a --format jsonl | jq -r .tier)" = A ]
    call crm check -q --format csv --fields record
    [ "$status" -eq 0 ]
}
