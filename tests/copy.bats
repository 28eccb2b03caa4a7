# SPDX-License-Identifier: MIT
# crm copy: a book from engine to engine and back, without loss.

load helper

# Everything that a person can get out of a book, byte for byte.
everything() {
    local kind report
    for kind in $(crm introspect | jq -r '.kinds[].name'); do
        echo "== $kind"
        crm --book "$1" export "$kind"
    done
    crm --book "$1" log
    for report in $(crm --book "$1" report | jq -r .report); do
        echo "== $report"
        crm --book "$1" report "$report" --format table
        crm --book "$1" report "$report" --from 2024-03-01
    done
    for word in "show haitian --format table" "show acme" "list --format table" "tier --all" "tier history" \
        "visit due --within 12mo" "remind" "complain list" "survey result nps" "policy show --fields key,value"; do
        echo "== $word"
        # shellcheck disable=SC2086
        crm --book "$1" $word
    done
}

# As everything, less what must differ: where the records are.
same_book() {
    diff <(everything "$1" | grep -v '"key":"database"') <(everything "$2" | grep -v '"key":"database"')
}

# A book with something of each sort: the demonstration's, a field of its own, images, a day list.
fill_book() {
    "$TESTS/demo" --quiet "$CRM" first
    printf 'fields:\n  customer:\n    rank: {type: decimal}\n    colour: {}\n' >>first/policy.yaml
    crm --book first calendar import "$TESTS/data/daylist-2026.json" >/dev/null
    crm --book first edit acme --set rank=12.5 --set colour="red, \"dark\" 深红" --notes $'two\nlines' >/dev/null
    crm --book first add note "to be removed" --customer acme --fields id >/dev/null 2>&1 ||
        crm --book first add contact "Gone Soon" --customer acme >/dev/null
    crm --book first remove contact P-9 >/dev/null
    crm --book first remind --new >/dev/null
    crm --book first list >/dev/null
}

@test "a file is copied into a file" {
    fill_book
    call crm copy first second --fields kind,rows
    [ "$status" = 0 ] && [ -z "$err" ]
    [ "$(head -n 2 <<<"$out")" = $'{"kind":"staff","rows":3}\n{"kind":"customer","rows":14}' ]
    [ "$(stat -c %a second second/policy.yaml second/crm.db | tr '\n' ' ')" = "700 600 600 " ]
    same_book first second
    on_postgres || diff -r first/calendars second/calendars
}

@test "to a database and back: the same bytes, the same numbers" {
    need_postgres
    fill_book
    crm copy first team --database "$(new_database)" --fields kind,rows,digest >there
    [ ! -e team/crm.db ]
    crm copy team back --fields kind,rows,digest >again
    diff there again
    same_book first team
    same_book first back
    on_postgres || cmp first/policy.yaml back/policy.yaml
    crm copy first other --fields kind,rows,digest | diff there -
    # Numbers that were given are not given again: P-9 is gone, on both engines the next is P-10.
    for book in first team back; do
        call crm --book $book add contact "Next One" --customer acme --fields number
        expect 0 '{"number":"P-10"}' ""
    done
}

# Every report by each of its groups, over a year and over all years, in every format.
all_reports() {
    local report by format
    crm --book "$1" report | jq -r '.report as $r | $r, (.by // [] | .[] | "\($r) --by \(.)")' >reports
    while read -r report by; do
        for format in table jsonl json csv tsv markdown; do
            echo "== $report $by $format"
            # shellcheck disable=SC2086
            crm --book "$1" report "$report" $by --from 2014-01-01 --to 2026-03-31 --format "$format" </dev/null
        done
        # shellcheck disable=SC2086
        crm --book "$1" --lang zh_CN report "$report" $by --from 2017-02-03 --to 2018-01-02 --format table </dev/null
    done <reports
}

@test "every report on 790 customers, 10,000 lines and all that is done for them: the same bytes" {
    need_postgres
    need_shared
    fill_book
    crm --book first import "$SHARED/superstore-cn/orders_utf8.csv" --as order --map superstore-zh >/dev/null
    crm --book first --now 2018-01-02T09:00:00+08:00 tier apply >/dev/null
    crm copy first team --database "$(new_database)" >/dev/null
    all_reports first >one
    all_reports team >other
    [ "$(grep -c "^== " one)" -ge 200 ]
    [ "$(grep -c "^crm: " one)" = 0 ]
    cmp one other
}

@test "the policy: the address is put in or taken out, all else stays as it was written" {
    need_postgres
    new_book first
    printf '# a remark\ncurrency:   EUR  # ours\ndatabase: "postgresql:///nowhere"  # the old server\nreplica: postgresql:///nowhere\nsurveys: {min_n: 3}\n' >first/policy.yaml
    sed 's/^database.*/# database: crm.db/; s/^replica.*/# replica: none/' first/policy.yaml >without
    address=$(new_database)
    if ! on_postgres; then
        sed '/^database/d; /^replica/d' -i first/policy.yaml
    fi
    crm copy first team --database "$address" >/dev/null
    grep -xF "database: \"$address\"$(on_postgres && echo '  # the old server')" team/policy.yaml
    [ "$(grep -c "^replica" team/policy.yaml)" = 0 ]
    [ "$(tail -n 1 team/policy.yaml)" = "surveys: {min_n: 3}" ] || ! on_postgres
    crm copy team back >/dev/null
    ! on_postgres || diff without back/policy.yaml
    on_postgres || diff first/policy.yaml back/policy.yaml
    crm copy team other --database "$(new_database)" >/dev/null
    [ "$(grep -c ^database: other/policy.yaml)" = 1 ]
}

@test "nothing that exists is touched" {
    new_book first
    mkdir there
    echo text >file
    for place in there file first; do
        call crm copy first $place
        expect 1 "" -
        [[ $err == "crm: '$place'"* ]]
    done
    [ "$(ls -A there)" = "" ]
    call crm copy nowhere second
    expect 1 "" -
    call crm copy first
    expect 2 "" -
    [ ! -e second ]
}

@test "a database with a book is left alone" {
    need_postgres
    new_book first
    address=$(new_database)
    crm copy first second --database "$address" >/dev/null
    crm --book second add Acme >/dev/null
    call crm copy first third --database "$address"
    expect 1 "" $'crm: there is a book in the database already\nhint: choose another database, or an empty one'
    [ ! -e third ] && [ "$(find . -maxdepth 1 -name '*third*')" = "" ]
    call crm --book second list --fields key
    expect 0 '{"key":"acme"}' ""
    call crm copy first third --database postgresql://127.0.0.1:1/nothing
    expect 1 "" -
    [ ! -e third ]
}

# Lines enough that the copy takes a while.
long_book() {
    new_book first
    seq 40000 | awk 'BEGIN { print "key,name,notes" } { printf "c%d,Customer %d,%0200d\n", $1, $1, $1 }' >c.csv
    crm --book first -q import c.csv --as customer >/dev/null
}

@test "a copy that is killed leaves nothing behind" {
    need_postgres
    long_book
    address=$(new_database)
    for wait in 0.05 0.15 0.3 0.5; do
        "$CRM" copy first team --database "$address" >/dev/null 2>&1 &
        pid=$!
        sleep $wait
        kill -KILL $pid 2>/dev/null || true
        wait $pid || [ "$?" = 137 ] || false
        if [ -e team ]; then
            break # it was faster
        fi
        # The server notices a lost client at its next word to it.
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            [ "$(postgres "$(basename "${address%%\?*}")" -c "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'crm'")" != 0 ] || break
            sleep 0.1
        done
        [ "$(postgres "$(basename "${address%%\?*}")" -c "SELECT count(*) FROM pg_namespace WHERE nspname = 'crm'")" = 0 ]
    done
    [ -e team ] || crm copy first team --database "$address" >/dev/null
    [ "$(crm --book team list --fields key | wc -l)" = 40000 ]
    for wait in 0.02 0.1 0.2; do
        "$CRM" copy team back >/dev/null 2>&1 &
        pid=$!
        sleep $wait
        kill -KILL $pid 2>/dev/null || true
        wait $pid || true
        [ ! -e back ] || break
    done
    [ -e back ] || crm copy team back >/dev/null
    cmp <(crm --book first export customer) <(crm --book back export customer)
    [ "$(find . -maxdepth 1 -name '.back*')" = "" ]
}

@test "who sees a part of the book cannot copy it for the whole" {
    need_postgres
    fill_book
    user=part_$BASHPID
    address=$(new_database)
    crm copy first team --database "$address" >/dev/null
    crm --book team staff grant lin --role manager --database-user "$user" >/dev/null
    CRM_DATABASE=${address/user=crm/user=$user} call "$CRM_PROGRAM" copy team mine
    [ "$status" = 1 ] && [ -z "$out" ]
    [[ $err == "crm: your role shows a part of the book"* ]]
    [ ! -e mine ]
    postgres "$(basename "${address%%\?*}")" -c "DROP OWNED BY $user; DROP ROLE $user"
}

@test "a backup of a book in a database is restored as a book in a file" {
    need_postgres
    fill_book
    crm copy first team --database "$(new_database)" >/dev/null
    crm --book team backup team.tar >/dev/null
    [ -z "$(find . -name '*rows*' -o -name '*partial*')" ]
    crm restore team.tar back >/dev/null
    grep -q '^database:' team/policy.yaml
    [ "$(grep -c '^database:' back/policy.yaml)" = 0 ]
    [ "$(stat -c %a back/policy.yaml back/crm.db | tr '\n' ' ')" = "600 600 " ]
    same_book team back
    crm --book back check >/dev/null
}

@test "a file of surveys of any size is copied" {
    new_book
    seq 300000 >.crm/surveys/answers.txt
    crm copy .crm other -q
    cmp .crm/surveys/answers.txt other/surveys/answers.txt
}
