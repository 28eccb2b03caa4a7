# SPDX-License-Identifier: MIT
# crm staff: roles that the database enforces, against crm and against anything else.

load helper
load team

keys() {
    as "$1" list --fields key --format csv | tail -n +2 | sort | paste -sd ' '
}

@test "a book in a file knows no roles, and what does it instead is said" {
    on_postgres && skip "this book is in a database"
    new_book
    crm add staff "Lin Yue" --login lin >/dev/null
    call crm staff grant lin --role manager
    expect 2 "" -
    [[ $err == $'crm: a book in a file knows no roles\nhint: whoever may read or write its directory'* ]]
    call crm staff list
    expect 2 "" -
    call crm staff revoke lin
    expect 2 "" -
}

@test "roles are given, listed, replaced and taken back" {
    team
    call owner staff grant lin --role manager --database-user "${user}lin"
    expect 0 "{\"staff\":\"lin\",\"name\":\"Lin Yue\",\"role\":\"manager\",\"database_user\":\"${user}lin\",\"department\":\"sales\"}" ""
    grant chen --role reader
    call owner staff list --fields staff,role,department --format csv
    expect 0 $'staff,role,department\nchen,reader,\nlin,manager,sales' ""
    grant lin --role reader --department service
    call owner staff list --fields staff,role,department --format csv
    expect 0 $'staff,role,department\nchen,reader,\nlin,reader,service' ""
    [ "$(keys lin)" = "acme beta delta" ]
    call as lin edit acme --phone 1
    expect 1 "" -
    call owner staff revoke lin
    expect 0 "" ""
    call owner staff revoke lin
    expect 1 "" $'crm: lin has no role in the database\nhint: crm staff list shows who has'
    call as lin list
    expect 1 "" "crm: the database's user '${user}lin' has no role in the book"$'\nhint: the book\'s owner gives one: crm staff grant'
    refused lin "SELECT name FROM crm.customer"
    call owner staff grant nobody --role reader
    expect 1 "" -
    call owner staff grant lin --role king
    expect 2 "" -
    call owner staff grant lin
    expect 2 "" -
    call owner staff grant lin --role reader --database-user "${user}chen"
    expect 4 "" -
    [[ $err == "crm: the database's user '${user}chen' is chen already"* ]]
    [ "$(owner log | grep -c 'staff grant\|staff revoke')" -ge 3 ]
}

@test "a dry run gives nothing" {
    team
    call owner staff grant lin --role manager --database-user "${user}lin" --dry-run
    [ "$status" = 0 ]
    call owner staff list
    expect 0 "" ""
    [ "$(postgres postgres -c "SELECT count(*) FROM pg_roles WHERE rolname = '${user}lin'")" = 0 ]
}

@test "a reader reads all, or a department, and writes nothing" {
    team
    grant chen --role reader
    [ "$(keys chen)" = "acme beta delta gamma" ]
    for words in "add New" "edit acme --phone 1" "remove contact P-1" "visit add acme --channel phone" "tier apply"; do
        # shellcheck disable=SC2086
        call as chen $words
        [ "$status" != 0 ] && [ -z "$out" ] || { echo "$words: $status $out"; false; }
    done
    call as chen remind --new
    expect 1 "" $'crm: your role in the book only reads\nhint: ask the book\'s administrator for the right to do it'
    call as chen edit acme --phone 1
    expect 1 "" $'crm: the database does not allow it: permission denied for table customer\nhint: ask the book\'s administrator for the right to do it'
    for table in customer contact staff product sales_order order_line visit complaint journal journal_image \
        month_total book_setting staff_access identity; do
        refused chen "DELETE FROM crm.$table"
        refused chen "TRUNCATE crm.$table"
        refused chen "INSERT INTO crm.$table SELECT * FROM crm.$table"
    done
    refused chen "UPDATE crm.customer SET name = 'x'"
    refused chen "UPDATE crm.staff_access SET role = 'administrator'"
    refused chen "SELECT crm.next_customer()"
    refused chen "SELECT crm.keep_image('customer', 1, 1, '{}', '{}')"
    refused chen "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"
    grant chen --role reader --department sales
    [ "$(keys chen)" = "beta delta gamma" ]
    [ "$(sql_as chen "SELECT count(*) FROM crm.customer")" = 3 ]
    [ "$(sql_as chen "SELECT count(*) FROM crm.contact")" = 1 ]
}

@test "a manager writes what belongs to his customers, and sees no others" {
    team
    grant lin --role manager
    [ "$(keys lin)" = "acme delta gamma" ]
    call as lin edit acme --phone 021 --fields key
    expect 0 '{"key":"acme"}' ""
    call as lin visit add gamma --channel phone --fields customer
    expect 0 '{"customer":"gamma"}' ""
    call as lin complain add delta "too late" --owner lin --fields number
    expect 0 '{"number":"C-1"}' ""
    call as lin add "Mine" --owner lin --fields key
    expect 0 '{"key":"mine"}' ""
    call as lin remove contact P-2 --fields name
    expect 0 '{"name":"Ann"}' ""
    # Others are not there.
    for words in "show beta" "edit beta --phone 1" "edit contact P-1 --phone 1" "remove contact P-1" \
        "visit add beta --channel phone" "complain add beta text" "log beta"; do
        # shellcheck disable=SC2086
        call as lin $words
        expect 1 "" -
    done
    # What is his is not his to give away, to remove, or to extend to what all share.
    call as lin edit acme --owner chen --department service
    expect 1 "" -
    [[ $err == "crm: the database does not allow it: new row violates row-level security policy for table \"customer\""* ]]
    for words in "add Other --owner chen" "remove delta" "add staff Spy" "edit staff lin --name L" \
        "add product P --code p"; do
        # shellcheck disable=SC2086
        call as lin $words
        [ "$status" != 0 ] && [ -z "$out" ] || { echo "$words: $status $out"; false; }
    done
    call as lin staff grant lin --role administrator
    expect 1 "" $'crm: only the owner of the book\'s database, crm, gives and takes roles\nhint: ask crm, or connect as that user'
    call owner show acme --fields owner,phone
    expect 0 '{"owner":"lin","phone":"021"}' ""
}

@test "what crm refuses a manager, the database refuses as well" {
    team
    grant lin --role manager
    as lin edit acme --phone 021 >/dev/null
    [ "$(sql_as lin "SELECT string_agg(key, ' ' ORDER BY key) FROM crm.customer")" = "acme delta gamma" ]
    [ "$(sql_as lin "SELECT count(*) FROM crm.contact WHERE name = 'Bea'")" = 0 ]
    [ "$(sql_as lin "SELECT count(*) FROM crm.order_line")" = 1 ]
    # The journal grows, and is neither changed nor shortened.
    for table in journal journal_image; do
        refused lin "DELETE FROM crm.$table"
        refused lin "UPDATE crm.$table SET salt = 'x'"
        refused lin "TRUNCATE crm.$table"
        refused lin "DROP TABLE crm.$table"
    done
    refused lin "INSERT INTO crm.journal_image SELECT * FROM crm.journal_image"
    refused lin "DELETE FROM crm.customer"
    refused lin "UPDATE crm.staff SET name = 'x'"
    refused lin "INSERT INTO crm.book_setting VALUES ('a', 'b')"
    refused lin "UPDATE crm.staff_access SET role = 'administrator'"
    refused lin "SELECT crm.keep_image('customer', 1, 1, '{}', '{}')"
    refused lin "SET ROLE crm"
    # A row of another's, and one of no entry.
    refused lin "SELECT set_config('crm.entry', '999', false); INSERT INTO crm.contact (id, customer, name, entry) VALUES (77, 2, 'Spy', 999)"
    refused lin "INSERT INTO crm.contact (id, customer, name, entry) VALUES (78, 1, 'No entry', 1)"
    # Nothing is changed where nothing is noted, and nothing at all of what is not seen.
    before=$(owner list --fields key,phone)
    sql_as lin "UPDATE crm.customer SET phone = '666'"
    sql_as lin "DELETE FROM crm.contact"
    sql_as lin "BEGIN; SELECT set_config('crm.entry', '999', true); UPDATE crm.customer SET phone = '666' WHERE key = 'beta'; COMMIT" >/dev/null
    [ "$(owner list --fields key,phone)" = "$before" ]
    [ "$(owner list contact --fields name --format csv | wc -l)" = 3 ]
}

@test "a manager's writes are entries of the one chain, and images only of what he sees" {
    team
    owner edit beta --phone 1 >/dev/null
    owner edit beta --phone 2 >/dev/null
    grant lin --role manager
    as lin edit acme --phone 021 >/dev/null
    as lin edit acme --phone 022 >/dev/null
    owner edit acme --phone 023 >/dev/null
    as lin edit acme --phone 024 >/dev/null
    [ "$(postgres "$database" -c "SELECT count(*) FROM (SELECT previous_hash, lag(hash) OVER (ORDER BY id) AS before
        FROM crm.journal) AS j WHERE before IS NOT NULL AND previous_hash <> before")" = 0 ]
    [ "$(postgres "$database" -c "SELECT count(*) FROM crm.journal_image WHERE kind = 'customer'")" -ge 6 ]
    [ "$(sql_as lin "SELECT count(*) FROM crm.journal_image WHERE customer = 2")" = 0 ]
    [ "$(sql_as lin "SELECT count(*) FROM crm.journal_image WHERE customer = 1")" -ge 4 ]
    [ "$(as lin log acme | jq -r 'select(.field == "phone") | .entry' | sort -u | wc -l)" -ge 4 ]
}

@test "a manager imports: by rows and in bulk, his own alone" {
    team
    grant lin --role manager
    {
        echo number,day,customer,amount
        seq 3000 | awk '{ printf "N%d,2026-02-%02d,%s,%d.5\n", $1, $1 % 28 + 1, $1 % 2 ? "acme" : "gamma", $1 }'
    } >o.csv
    printf 'as: order\nfields:\n  order.number: number\n  order.ordered_on: day\n  customer.key: customer\n  line.amount: amount\n' >o.yaml
    call as lin import o.csv --as order --map o.yaml --fields added,refused,orders
    expect 0 '{"added":3000,"refused":0,"orders":3000}' ""
    [ "$(owner list acme --fields orders --format csv | tail -n 1)" = 1501 ]
    sed -i '2s/acme\|gamma/beta/' o.csv
    before=$(owner report revenue --by month)
    sed -i 's/^N/M/' o.csv
    call as lin import o.csv --as order --map o.yaml
    [ "$status" != 0 ]
    [ "$(owner report revenue --by month)" = "$before" ]
}

@test "reports are of the customers one sees" {
    team
    grant lin --role manager
    grant chen --role reader
    call as lin report revenue --by customer --fields customer,revenue --format csv
    expect 0 $'customer,revenue\nacme,10' ""
    call as lin report revenue --by month --from 2026-01-01 --to 2026-01-31 --fields month,revenue --format csv
    expect 0 $'month,revenue\n2026-01,10' ""
    call as chen report revenue --by month --from 2026-01-01 --to 2026-01-31 --fields month,revenue --format csv
    expect 0 $'month,revenue\n2026-01,110' ""
    for report in $(as chen report | jq -r .report); do
        cmp <(as chen report "$report" --format table) <(owner report "$report" --format table)
        as lin report "$report" >/dev/null
    done
}

@test "tiers are evaluated for whoever sees all customers" {
    team
    grant lin --role manager
    grant chen --role reader
    for words in "tier" "tier apply" "tier why acme"; do
        # shellcheck disable=SC2086
        call as lin $words
        expect 1 "" $'crm: tiers compare all customers, and your role shows some of them\nhint: ask an administrator of the book to evaluate them'
    done
    cmp <(as chen tier) <(owner tier)
    owner tier apply >/dev/null
    call as lin tier history --fields customer,tier
    [ "$(wc -l <<<"${out%$'\n'}")" -ge 1 ]
    [[ $out != *beta* ]]
    call as lin tier set acme A --reason "a friend" --fields customer,tier
    expect 0 '{"customer":"acme","tier":"A"}' ""
}

@test "after a change of the policy visits wait for an administrator" {
    team
    grant lin --role manager
    grant boss --role administrator
    as lin visit due >/dev/null
    as lin remind >/dev/null
    sed -i 's/C: {every: 12mo,/C: {every: 1mo,/' book/policy.yaml
    call as lin visit due
    expect 1 "" $'crm: the policy was changed, and not all customers are yours to compute visits anew\nhint: ask an administrator of the book to run: crm visit due'
    call as lin list --fields key --format csv
    [ "$status" = 0 ]
    as boss visit due >/dev/null
    call as lin visit due
    [ "$status" = 0 ]
}

@test "an administrator does everything but give roles" {
    team
    grant boss --role administrator
    [ "$(keys boss)" = "acme beta delta gamma" ]
    call as boss edit beta --phone 77 --fields key
    expect 0 '{"key":"beta"}' ""
    call as boss remove delta --fields key
    expect 0 '{"key":"delta"}' ""
    call as boss undo --fields what
    expect 0 '{"what":{"customer":{"removed":1}}}' ""
    call as boss show delta --fields key
    expect 0 '{"key":"delta"}' ""
    call as boss add staff "New One" --login newone --fields login
    expect 0 '{"login":"newone"}' ""
    as boss tier apply >/dev/null
    call as boss staff grant lin --role reader
    expect 1 "" -
    [ "$(sql_as boss "SELECT count(*) FROM crm.journal_image")" -ge 1 ]
    sql_as boss "BEGIN; DELETE FROM crm.journal WHERE id = 1; ROLLBACK"
    call as boss copy book whole --fields kind,rows kind=x
    expect 2 "" -
    as boss copy book whole >/dev/null
}

@test "what was forgotten is vacuumed by the tables' owner, else a note says so" {
    team
    grant boss --role administrator
    call as boss forget contact Ann --reason asked --format table
    [ "$status" = 0 ]
    [[ $out == *"erased, but old rows lie in the database until it is vacuumed, which its owner may have done: VACUUM"* ]] || { echo "$out" && false; }
    vacuumed() {
        postgres "$database" -c "SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = 'crm'
            AND relname IN ('contact', 'journal', 'journal_image') AND vacuum_count > 0"
    }
    [ "$(vacuumed)" = 0 ]
    call owner forget contact Bea --reason asked --format table
    [ "$status" = 0 ]
    [[ $out != *VACUUM* ]]
    for _ in $(seq 50); do
        [ "$(vacuumed)" != 3 ] || break
        sleep 0.1
    done
    [ "$(vacuumed)" = 3 ]
}

@test "the journal notes the member of staff as whom one reached the database" {
    team
    grant lin --role manager
    grant boss --role administrator
    call env LOGNAME=boss CRM_DATABASE="${address/user=crm/user=${user}lin}" "$CRM_PROGRAM" --book book edit acme --phone 021 --fields key
    expect 0 '{"key":"acme"}' ""
    as boss edit beta --phone 1 >/dev/null
    call owner log -n 2 --fields by --format csv
    expect 0 $'by\nboss\nlin' ""
    call as lin complain add acme "two boxes were wet" --fields owner
    expect 0 '{"owner":"lin"}' ""
}

@test "a manager undoes what was done to his customers" {
    team
    grant lin --role manager
    grant chen --role manager
    as lin edit acme --phone 021 >/dev/null
    call as lin undo --fields what
    expect 0 '{"what":{"customer":{"changed":1}}}' ""
    as lin remove contact P-2 >/dev/null
    call as lin undo --fields what
    expect 0 '{"what":{"contact":{"removed":1}}}' ""
    call as lin show contact P-2 --fields name
    expect 0 '{"name":"Ann"}' ""
    as lin undo >/dev/null
    call as lin show contact P-2
    expect 1 "" -
    owner edit beta --phone 1 >/dev/null
    entry=$(owner log -n 1 --fields entry --format csv | tail -n 1)
    call as lin undo "$entry"
    [ "$status" != 0 ] && [ -z "$out" ]
    [ "$(owner show beta --fields phone)" = '{"phone":"1"}' ]
    owner check >/dev/null
}

# Lines that a manager may send: each is to be refused, and to leave nothing behind.
@test "a manager can write past the journal by no means" {
    team
    grant lin --role manager
    before=$(owner export customer && owner export contact && owner export line)
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    row="INSERT INTO crm.contact (id, customer, name, entry)"
    own=$(sql_as lin "SELECT entry FROM crm.customer WHERE key = 'acme'")
    # As if by the entry that added the row, which would keep no image of it.
    for entry in "$own" $((own + 1)) 999 "''"; do
        call sql_as lin "SET crm.entry = $entry; UPDATE crm.customer SET phone = '666' WHERE key = 'acme'"
        call sql_as lin "SET crm.entry = $entry; DELETE FROM crm.order_line"
        call sql_as lin "SET crm.entry = $entry; $row VALUES (78, 1, 'Spy', $entry)"
    done
    # The number of an entry that is to come, which is then not written.
    refused lin "SET crm.entry = $next; UPDATE crm.customer SET phone = '666' WHERE key = 'acme'"
    refused lin "SET crm.entry = $next; DELETE FROM crm.order_line"
    refused lin "SET crm.entry = $next; $row VALUES (78, 1, 'Spy', $next)"
    # What was asked for is not what is done.
    for entry in "$own" 999 ""; do
        refused lin "SET crm.entry = $next; DELETE FROM crm.contact WHERE set_config('crm.entry', '$entry', false) = '$entry'"
        refused lin "SET crm.entry = $next; UPDATE crm.customer SET phone = set_config('crm.entry', '$entry', false) WHERE key = 'acme'"
    done
    for column in id entry; do
        refused lin "SET crm.entry = $next; UPDATE crm.contact SET $column = 55"
    done
    # An entry that is not its own, or none of the chain.
    columns="id, happened_at, actor, command, salt, command_digest, added, images_digest, previous_hash, hash"
    last="FROM crm.journal ORDER BY id DESC LIMIT 1"
    refused lin "SET crm.entry = $next; INSERT INTO crm.journal ($columns) SELECT $next, happened_at, 'lin', command, salt, command_digest, added, images_digest, hash, hash $last"
    refused lin "SET crm.entry = $next; INSERT INTO crm.journal ($columns) SELECT $next, happened_at, 'lin', '', '', '', '{}', '', hash,
        encode(sha256(convert_to(concat_ws(E'\n', hash, $next, happened_at, 'lin', '', '{}', ''), 'UTF8')), 'hex') $last"
    [ "$(owner export customer && owner export contact && owner export line)" = "$before" ]
    owner check >/dev/null
    # The same by an entry that is right in all but its actor.
    honest="SET crm.entry = $next; INSERT INTO crm.journal ($columns) SELECT $next, happened_at, a, 'c', 's', d, '{}', i, hash,
        encode(sha256(convert_to(concat_ws(E'\n', hash, $next, happened_at, a, d, '{}', i), 'UTF8')), 'hex')
        FROM crm.journal, encode(sha256('sc'), 'hex') AS d, encode(sha256(''), 'hex') AS i, (VALUES ('ACTOR')) AS w(a) ORDER BY id DESC LIMIT 1"
    refused lin "${honest/ACTOR/boss}"
    sql_as lin "${honest/ACTOR/lin}"
    as lin edit acme --phone 021 >/dev/null
    owner check >/dev/null
}

@test "a book is checked by whoever sees the whole of it" {
    team
    grant lin --role manager
    grant chen --role reader
    owner edit beta --phone 1 >/dev/null
    call as lin check
    expect 1 "" $'crm: your role shows a part of the book: what is not seen would seem lost\nhint: ask an administrator of the book to check it'
    call as chen check
    expect 0 - ""
}

@test "which reminders were given is noted by managers, and taken back by whoever noted it" {
    team
    grant lin --role manager
    owner edit acme --since 2020-01-01 >/dev/null
    owner edit beta --since 2020-01-01 >/dev/null
    [ "$(owner remind --new --for chen | jq -r .customer)" = beta ]
    given=$(owner list customer >/dev/null && postgres "$database" -c "SELECT count(*) FROM crm.reminder_given")
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    refused lin "INSERT INTO crm.reminder_given VALUES ('visit:2', 'due', 'chen', '2026-01-01T00:00:00Z', 1)"
    refused lin "SET crm.entry = $next; INSERT INTO crm.reminder_given VALUES ('visit:2', 'due', 'chen', '2026-01-01T00:00:00Z', $next)"
    refused lin "INSERT INTO crm.merged_record VALUES ('contact', 1, 2, 1)"
    refused lin "SET crm.entry = $next; INSERT INTO crm.merged_record VALUES ('contact', 1, 2, $next)"
    refused lin "UPDATE crm.reminder_given SET recipient = 'x'"
    sql_as lin "DELETE FROM crm.reminder_given"
    [ "$(postgres "$database" -c "SELECT count(*) FROM crm.reminder_given")" = "$given" ]
    [ "$given" -ge 1 ]
    [ "$(as lin remind --new | jq -r .customer)" = acme ]
    call as lin remind --new
    expect 0 "" ""
    as lin undo >/dev/null
    [ "$(as lin remind --new | jq -r .customer)" = acme ]
    owner check >/dev/null
}
