# SPDX-License-Identifier: MIT
# Many processes on one book: writers wait for each other, readers for nobody, and no engine's word
# about locks reaches a user.

load helper

setup_test() {
    new_book
}

# Runs `each NUMBER` eight times at once; what fails says so in the file "failed".
eight() {
    local number
    : >failed
    for number in 1 2 3 4 5 6 7 8; do
        each "$number" 2>>failed >/dev/null || echo "process $number ended with status $?" >>failed &
    done
    wait
    [ ! -s failed ] || { cat failed && false; }
}

# An import that has begun to write and waits for the rest of its input: finish_import ends it.
begin_import() {
    mkfifo rows
    crm list >/dev/null # the policy is applied before
    crm import - --as customer <rows >imported 2>import.err &
    import=$!
    exec 8>rows
    {
        echo name
        seq -f 'Customer %g' 20000
    } >&8
    local tries=0
    until lock_is_held; do
        sleep 0.05
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || { echo "the import takes no lock" && return 1; }
    done
}

lock_is_held() {
    ! CRM_TIMEOUT=0 crm add staff Probe --login "probe$RANDOM" >/dev/null 2>&1
}

finish_import() {
    exec 8>&-
    wait "$import"
}

milliseconds() {
    local began
    began=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - began) / 1000000))
}

@test "eight processes write at once: each waits for its turn" {
    each() {
        for i in $(seq 15); do
            crm add "Customer $1 $i" || return
        done
    }
    eight
    [ "$(crm list --fields name | sort | uniq | grep -c .)" = 120 ]
    # One chain, without a gap.
    [ "$(query_store 'SELECT count(*), min(id), max(id) - count(*) FROM journal')" = \
        "$(query_store 'SELECT max(id) FROM journal')|1|0" ]
    [ "$(query_store 'SELECT count(*) FROM journal a LEFT JOIN journal b ON b.id = a.id - 1
        WHERE a.id > 1 AND b.hash IS DISTINCT FROM a.previous_hash')" = 0 ]
}

@test "eight processes make the same book: one does, the others say that there is one" {
    each() {
        crm init together 2>"said.$1" && touch "made.$1"
        [ -e "made.$1" ] || grep -qx "crm: there is a book in 'together' already" "said.$1" || cat "said.$1" >&2
    }
    eight
    [ "$(find . -name 'made.*' | grep -c .)" = 1 ]
    crm --book together add Acme >/dev/null
}

@test "who waits in vain is told so, after the time-out and not before" {
    begin_import
    for wait in 0 0.4; do
        began=$(date +%s%N)
        CRM_TIMEOUT=$wait call crm add Late
        waited=$((($(date +%s%N) - began) / 1000000))
        expect 75 "" $'crm: another process is writing to the book\nhint: try again in a moment'
        [ "$waited" -ge "$(awk "BEGIN { print $wait * 1000 }")" ]
    done
    # As JSON too.
    CRM_TIMEOUT=0 call crm --format json add Late
    expect 75 "" -
    [ "$(tail -n 1 <<<"${err%$'\n'}" | jq -r .error)" = busy ]
    finish_import
    [ "$(jq .added imported)" = 20000 ]
    call crm add Late --fields key
    expect 0 '{"key":"late"}' ""
}

@test "who waits long enough gets his turn" {
    begin_import
    crm add Patient --fields key >added 8>&- & # or it would keep the import's input open
    waiting=$!
    sleep 0.5
    [ ! -s added ]
    finish_import
    wait "$waiting"
    [ "$(cat added)" = '{"key":"patient"}' ]
}

@test "readers see the book as it was, at once, while an import runs" {
    crm add Acme --key acme >/dev/null
    begin_import
    most=0
    for _ in $(seq 5); do
        for command in "list --fields key" "show acme" "remind" "report book" "tier" "find acme" "log"; do
            # shellcheck disable=SC2086
            took=$(milliseconds crm $command 2>said | tail -n 1)
            [ ! -s said ]
            [ "$took" -le "$most" ] || most=$took
        done
    done
    [ "$(crm list --fields key)" = '{"key":"acme"}' ]
    # Far below the time-out, also where eight tests run at once under a sanitizer.
    [ "$most" -lt 3000 ]
    crm backup meanwhile.tar >/dev/null
    finish_import
    [ "$(crm restore meanwhile.tar then --fields records)" = '{"records":1}' ]
    [ "$(crm list | grep -c .)" = 20001 ]
}

@test "a reader does not wait for a writer when the policy was changed either" {
    crm add Acme --key acme --since 2026-01-01 >/dev/null
    crm list >/dev/null
    begin_import
    sed -i 's/every: 12mo/every: 7mo/' .crm/policy.yaml
    began=$(date +%s%N)
    call crm --format table list --fields key,next_visit_on
    waited=$((($(date +%s%N) - began) / 1000000))
    finish_import
    expect 0 - ""
    [ "$waited" -lt 5000 ]
    [[ $out == *"next visits may be out of date: another process is writing to the book"* ]]
    [ "$(crm list --fields next_visit_on name=Acme)" = '{"next_visit_on":"2026-08-03"}' ]
}

@test "import, adds and reminders at once: nothing is lost, nothing is given twice" {
    crm add staff "Chen Yu" --login chen >/dev/null
    for i in $(seq 12); do
        crm add "Old $i" --owner chen --since 2020-01-01 >/dev/null
    done
    printf 'name\n' >many.csv
    seq -f 'Imported %g' 3000 >>many.csv
    each() {
        case $1 in
        1) crm import many.csv --as customer ;;
        2 | 3) crm remind --new --fields id >"given.$1" ;;
        *) for i in $(seq 8); do crm add "Added $1 $i" || return; done ;;
        esac
    }
    eight
    [ "$(crm list name~Imported | grep -c .)" = 3000 ]
    [ "$(crm list name~Added | grep -c .)" = 40 ]
    [ "$(cat given.2 given.3 | grep -c .)" -ge 12 ]
    [ -z "$(cat given.2 given.3 | sort | uniq -d)" ]
}

@test "a report is of one moment, however much is written meanwhile" {
    printf 'number,customer,ordered_on\n' >orders.csv
    seq -f 'O%g,acme,2026-02-01' 60 >>orders.csv
    crm add Acme --key acme --segment retail >/dev/null
    crm import orders.csv --as order >/dev/null
    (for i in $(seq 60); do crm add line --order-ref "O$i" --amount 10 >/dev/null || echo failed; done) >writer &
    writer=$!
    reports=0
    while kill -0 "$writer" 2>/dev/null; do
        crm report book --format json >book.json
        jq -e '.[0] | (.revenue | map(.revenue) | add) == (.pareto | map(.revenue) | add)' book.json >/dev/null ||
            { cat book.json && false; }
        reports=$((reports + 1))
    done
    wait "$writer"
    [ ! -s writer ]
    [ "$reports" -ge 2 ]
    [ "$(crm report revenue --by customer | jq .revenue)" = 600 ]
}

@test "a backup while others write is of one moment, and can be restored meanwhile" {
    crm add Acme --key acme >/dev/null
    crm add order O1 --customer acme >/dev/null
    (
        for _ in $(seq 40); do
            crm add line --order-ref O1 --amount 10 >/dev/null || echo failed
        done
    ) >writer &
    writer=$!
    for i in 1 2 3 4; do
        crm backup --force book.tar >/dev/null
        crm restore book.tar "book$i" >/dev/null
    done
    wait "$writer"
    [ ! -s writer ]
    for i in 1 2 3 4; do
        # What is derived agrees with what it is derived from, and each line has its entry. What
        # was restored is a file, whatever it was before.
        [ "$(crm --book "book$i" list customer --fields revenue_total | jq .revenue_total)" = \
            "$(crm --book "book$i" export line | jq -s 'map(.amount) | add // 0')" ]
        [ "$(crm --book "book$i" export line | grep -c .)" = \
            "$(sqlite3 "book$i/crm.db" "SELECT count(*) FROM journal WHERE command LIKE 'crm add line%'")" ]
    done
}

@test "a log that has to be recovered is, by whoever comes first" {
    need_file "recovery"
    for i in $(seq 5); do crm add "Customer $i" >/dev/null; done
    for _ in 1 2 3; do
        rm -f .crm/crm.db-shm # as after a power cut: only the log itself is left
        each() {
            if [ $(($1 % 2)) = 0 ]; then
                crm add "Later $1 $RANDOM"
            else
                [ "$(crm list --fields key | grep -c .)" -ge 5 ]
            fi
        }
        eight
    done
    [ "$(crm list | grep -c .)" = 17 ]
}

@test "a reader that stays does not keep writers from writing" {
    for i in $(seq 300); do echo "Customer $i"; done | sed '1i name' >many.csv
    crm import many.csv --as customer >/dev/null
    mkfifo slow
    crm list --format json >slow &
    reader=$!
    exec 7<slow
    read -r -n 100 -u 7 _ # it is in the middle, and waits
    most=0
    for i in $(seq 40); do
        took=$(milliseconds crm add "Meanwhile $i" --fields key | tail -n 1)
        [ "$took" -le "$most" ] || most=$took
    done
    [ "$most" -lt 3000 ]
    cat <&7 >/dev/null
    wait "$reader"
}

@test "an older book that eight open at once is brought up to date once" {
    need_file "migration"
    rm -f .crm/crm.db*
    (umask 077 && sqlite3 .crm/crm.db <"$TESTS/migrations/1.sql")
    sqlite3 .crm/crm.db 'PRAGMA journal_mode=WAL' >/dev/null
    printf 'fields:\n  customer:\n    shade: {type: text}\n' >>.crm/policy.yaml
    each() {
        if [ $(($1 % 2)) = 0 ]; then crm add "New $1"; else crm list; fi
    }
    eight
    [ "$(find .crm -name '*-backup*' | grep -c .)" = 1 ]
    [ "$(sqlite3 .crm/crm.db 'PRAGMA integrity_check')" = ok ]
}

@test "CRM_TIMEOUT is a number of seconds" {
    for wrong in x 5s -1 100000 nan "1 2"; do
        CRM_TIMEOUT=$wrong call crm list
        expect 2 "" "crm: CRM_TIMEOUT is \"$wrong\""$'\nhint: give seconds, such as 0.5 or 60'
    done
    CRM_TIMEOUT=60 call crm list
    expect 0 "" ""
    CRM_TIMEOUT='' call crm list
    expect 0 "" ""
}
