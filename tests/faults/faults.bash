# SPDX-License-Identifier: MIT
# Shared by the tests of this directory: a book to break, commands to run on it, and what must hold
# afterwards. After every run the book is in the state that it had before the command, or in the one
# that the undisturbed command leaves; if the command said that it was done, in the latter.
#
#   faults_begin         scratch directory, base books; the caller has set `names` before
#   state DIR            what a book holds, as a checksum: the same for the same history
#   clean DIR            fails and says why when the book is damaged
#   run_faulty NAME FAULT [MICROSECONDS [SEED]]
#                        the command on a fresh copy of the base: $status, out, err, report
#   judge_book WHAT TOLD judges that run; sets $ended to before, after, same or neither
#
# What is set here is read by those who include this.
# shellcheck disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$ROOT/build}
[[ $BUILD == /* ]] || BUILD=$ROOT/$BUILD
CRM=$BUILD/crm
FAULT=$BUILD/faults/fault.so
DATA=$ROOT/tests/data/demo

# A run that takes so many seconds hangs.
PATIENCE=30

# ---- TAP ------------------------------------------------------------------------------------------

test_number=0
tests_failed=0

tap_plan() {
    echo "1..$1"
}

# tap NAME FUNCTION ARGUMENT…: passes when the function returns 0. What it adds to $figures is shown
# with the name; what it prints is why it failed.
tap() {
    local name=$1 said started=$SECONDS
    shift
    test_number=$((test_number + 1))
    figures=
    problems=0
    "$@" >"$work/said" 2>&1 || problems=$((problems + 1))
    if [ "$problems" = 0 ]; then
        echo "ok $test_number - $name: $figures, $((SECONDS - started)) s"
    else
        echo "not ok $test_number - $name: $figures"
        said=$(head -n 60 "$work/said")
        printf '# %s\n' "${said//$'\n'/$'\n# '}"
        tests_failed=$((tests_failed + 1))
    fi
}

tap_skip_all() {
    echo "1..1"
    echo "ok 1 - $(basename "$0") # skip $*"
    exit 0
}

problem() {
    echo "$*"
    problems=$((problems + 1))
    # One is enough to look at; thousands fill a disk.
    [ "$problems" -lt 20 ] || return 1
}

# ---- Books ----------------------------------------------------------------------------------------

# With CRM_TEST_STORE=postgresql each place has a database of its own, on a cluster of this test's
# own, whose server may be killed: what it acknowledges was written, though not synced.
on_postgres() {
    [ "${CRM_TEST_STORE:-sqlite}" = postgresql ]
}

sql() {
    psql -qXAt -v ON_ERROR_STOP=1 -d "host=$work/cluster/socket user=crm dbname=$1" "${@:2}"
}

cluster_up() {
    cluster_start "$work/cluster" synchronous_commit=on
}

# The program, on the book at that place.
crm_at() {
    local place=$1
    shift
    if on_postgres; then
        CRM_BOOK=$place CRM_DATABASE=$(address "$place") "$@"
    else
        CRM_BOOK=$place "$@"
    fi
}

address() {
    echo "postgresql:///${1##*/}?host=$work/cluster/socket&user=crm"
}

# Sets $answer to the one line that a query has, asked of a psql that stays: to start one costs more
# than most commands.
ask() {
    local try
    for try in 1 2; do
        if [ -n "${asked_PID:-}" ]; then
            # The server may have been killed meanwhile.
            { echo "$1;" >&"${asked[1]}" && read -r answer <&"${asked[0]}"; } 2>/dev/null && return
            wait "$asked_PID" 2>/dev/null
        fi
        { coproc asked { exec psql -qXAt -d "host=$work/cluster/socket user=crm dbname=postgres"; }; } 2>/dev/null
    done
    echo "psql does not answer ($try times)"
    return 1
}

# Who was killed may have left a server process that still writes.
wait_for_backends() {
    local round
    for round in $(seq 500); do
        ask "SELECT count(*) FROM pg_stat_activity WHERE datname = '$1'" || return 1
        [ "$answer" != 0 ] || return 0
        sleep 0.005
    done
    echo "the server still works for a client that is gone ($round rounds)"
    return 1
}

# An empty place, or a copy of the first one. The log's index is memory: it is made anew from the log.
copy_book() {
    pristine=
    rm -rf "$2" "$2".*
    [ -z "$1" ] || cp -a "$1" "$2"
    if on_postgres; then
        sql postgres -c "SET client_min_messages = warning" -c "DROP DATABASE IF EXISTS ${2##*/} WITH (FORCE)" \
            -c "CREATE DATABASE ${2##*/}${1:+ TEMPLATE ${1##*/}}"
    fi
}

# All that a book holds. What is random in the journal is left out: its salts, and the digests that
# follow from them.
random_columns="'salt', 'digest', 'command_digest', 'images_digest', 'previous_hash', 'hash'"

table_queries() {
    sqlite3 -readonly "$1" "
        SELECT 'SELECT ''' || m.name || ''', ' || group_concat('\"' || p.name || '\"') ||
               ' FROM \"' || m.name || '\";'
        FROM sqlite_schema m, pragma_table_info(m.name) p
        WHERE m.type = 'table' AND p.name NOT IN ($random_columns)
        GROUP BY m.name"
}

table_queries_of_postgres() {
    sql "$1" -c "
        SELECT format(\$\$SELECT %L, to_jsonb(t) - ARRAY[$random_columns] FROM crm.%I t;\$\$, tablename, tablename)
        FROM pg_tables WHERE schemaname = 'crm'"
}

# On a copy: who opens the book itself may bring its log in order, which is the program's to do.
look_at() {
    rm -rf "$work/looked-at"
    mkdir "$work/looked-at"
    cp "$1/crm.db" "$work/looked-at"
    [ ! -e "$1/crm.db-wal" ] || cp "$1/crm.db-wal" "$work/looked-at"
}

rows_of() {
    if on_postgres; then
        [ -s "$work/queries" ] || table_queries_of_postgres "${1##*/}" >"$work/queries"
        sql "${1##*/}" <"$work/queries" 2>&1
    else
        look_at "$1"
        # Books of former versions have other tables.
        if [ ! -s "$work/queries" ] || [ "$base" = "$work/old" ]; then
            table_queries "$work/looked-at/crm.db" >"$work/queries"
        fi
        sqlite3 -cmd ".mode quote" "$work/looked-at/crm.db" <"$work/queries" 2>&1
    fi
}

# Checksum of what a book holds, after that was written to $work/dump. Nothing for what is no book.
state() {
    if on_postgres; then
        [ "$(sql "${1##*/}" -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'crm'")" != 0 ] || return 0
    else
        [ -s "$1/crm.db" ] || return 0
    fi
    {
        rows_of "$1" | sort
        cat "$1/policy.yaml" "$1"/calendars/*.json "$1"/surveys/* 2>/dev/null
    } >"$work/dump"
    md5sum <"$work/dump"
}

# The number of the server's next transaction that writes; nobody else works there.
next_transaction() {
    ask "SELECT pg_snapshot_xmax(pg_current_snapshot())" && transaction=$answer
}

# Nothing of it was written, renamed or removed since it was copied, times and all. Said by the shell
# alone: this is asked many thousand times.
untouched() {
    local file before=${transaction:-}
    [ -n "$base" ] || return 1
    ! on_postgres || { next_transaction && [ "$transaction" = "$before" ]; } || return 1
    for file in crm.db crm.db-wal policy.yaml calendars surveys; do
        [ ! "$work/victim/$file" -nt "$base/$file" ] && [ ! "$base/$file" -nt "$work/victim/$file" ] || return 1
    done
}

clean() {
    [ "$sound" != no ] || return 0
    crm_at "$1" timeout $PATIENCE "$CRM" check >"$work/checked" 2>&1 && return
    echo "$1 is damaged: $(cat "$work/checked")"
    return 1
}

# ---- Commands -------------------------------------------------------------------------------------

# Sets $words to a command, $now to its time, $base to the book that it begins with. $sound is no for
# a book that is damaged and stays so, after for one that the command mends.
words_of() {
    now=2026-03-02T09:00:00+08:00
    base=$work/base
    sound=yes
    case $1 in
    add) words=(add "Harbour Tea 港湾茶行" --segment retail --owner lin --tags "new,tea") ;;
    edit) words=(edit acme --notes "asked for a larger grinder" --segment retail) ;;
    remove) words=(remove contact "Double Liu") ;;
    merge) words=(merge double acme) ;;
    import) words=(import "$work/orders.csv" --as order --map "$work/orders.yaml") ;;
    customers) words=(import "$work/customers.csv" --as customer) ;;
    tier) words=(tier apply) now=2026-09-02T09:00:00+08:00 ;;
    complain) words=(complain add haitian "wrong beans 豆子发错了" --category delivery --severity low) ;;
    resolve) words=(complain resolve C-4 --cause defect --solution "machine replaced") ;;
    visit) words=(visit add acme --channel face --outcome 4 --next-on +2w) ;;
    plan) words=(visit plan --until +13w --save) ;;
    review) words=(visit review --by "customer,channel" --from 2024) ;;
    survey) words=(survey ask nps moulin --answer recommend=9) ;;
    remind) words=(remind --new) ;;
    calendar) words=(calendar import "$ROOT/tests/data/daylist-2026.json" --name test) ;;
    list) words=(list customer) ;;
    report) words=(report book) ;;
    show) words=(show haitian) ;;
    export) words=(export order) ;;
    forget) words=(forget contact "Double Liu" --reason "asked to be forgotten") ;;
    undo) words=(undo) base=$work/written ;;
    migrate) words=(list customer) base=$work/old ;;
    check) words=(check) ;;
    damaged) words=(check) base=$work/damaged sound=no ;;
    repair) words=(check --repair) base=$work/mendable sound=after ;;
    log) words=(log acme) ;;
    backup) words=(backup "$work/victim.tar") ;;
    restore) words=(restore "$work/saved.tar" "$work/victim") base= ;;
    init) words=(init "$work/victim" --zone Asia/Shanghai) base= ;;
    *) return 1 ;;
    esac
}

write_inputs() {
    {
        echo "number,ordered_on,customer,customer name,product,product name,quantity,unit price,amount"
        local i
        for i in $(seq "${ORDERS:-150}"); do
            echo "N-$((i / 2)),2026-02-$((i % 28 + 1)),c$((i % 40)),Customer $((i % 40)),p$((i % 7)),Product $((i % 7)),$i,3.50,$((i * 7 / 2)).$((i % 2 * 5))"
        done
    } >"$work/orders.csv"
    cat >"$work/orders.yaml" <<'MAP'
as: order
fields:
  order.number: number
  order.ordered_on: ordered_on
  customer.key: customer
  customer.name: customer name
  product.code: product
  product.name: product name
  line.quantity: quantity
  line.unit_price: unit price
  line.amount: amount
MAP
    {
        head -n 1 "$DATA/customers.csv"
        sed -n '2,$s/,active,/,prospect,/p' "$DATA/customers.csv"
        for i in $(seq 60); do
            echo "n$i,新客户 $i,company,active,retail,China,华东,上海,lin,2026-01-0$((i % 9 + 1)),,n$i@example.com,other"
        done
    } >"$work/customers.csv"
}

# The sample book, with something to merge and to remove. Its log is nearly full: the next command
# is one that writes the log back into the file.
make_base() {
    local i
    copy_book "" "$work/base" &&
        crm_at "$work/base" sh "$ROOT/tests/demo" --quiet "$CRM" "$work/base" &&
        crm_at "$work/base" "$CRM" add "Acme Double" --key double --phone 021-5550-9999 >/dev/null &&
        crm_at "$work/base" "$CRM" add contact "Double Liu" --customer double >/dev/null || return 1
    ! on_postgres || return 0
    for i in $(seq 60); do
        [ "$(stat -c %s "$work/base/crm.db-wal")" -lt $((124 * 4120)) ] || break
        crm_at "$work/base" "$CRM" add note acme "note $i" >/dev/null
    done
    rm -f "$work/base/crm.db-shm"
}

# Past crm, whose triggers do not notice.
spoil() {
    if on_postgres; then
        sql "${1##*/}" -c "SET search_path = crm; SET session_replication_role = replica; $2" >/dev/null
    else
        sqlite3 "$1/crm.db" "$2"
        rm -f "$1/crm.db-shm"
    fi
}

# What crm check --repair mends, and what it does not.
make_damaged() {
    copy_book "$work/base" "$work/mendable" && spoil "$work/mendable" "
        UPDATE customer SET orders = 77, open_complaints = 5, next_visit_on = '2031-01-01' WHERE key = 'haitian';
        UPDATE month_total SET revenue = 5 WHERE month_of = (SELECT min(month_of) FROM month_total);
        UPDATE order_line SET currency = 'USD' WHERE order_ref = 2" &&
        copy_book "$work/mendable" "$work/damaged" && spoil "$work/damaged" "
        UPDATE customer SET owner = 88, email = 'secret@@example.com' WHERE key = 'acme';
        UPDATE complaint SET status = 'responded', responded_at = NULL WHERE id = 1;
        UPDATE journal SET actor = 'nobody' WHERE id = 3;
        DELETE FROM journal WHERE id IN (6, 7);
        UPDATE journal_image SET before_values = '{}' WHERE entry = (SELECT max(entry) FROM journal_image);
        INSERT INTO note (customer, text, noted_on, entry) VALUES (1, 'planted', '2026-01-01', 999)" || return 1
    on_postgres || echo 'surprise: 1' >>"$work/damaged/policy.yaml"
    on_postgres || echo '{' >"$work/damaged/calendars/cn-2026.json"
}

# A book to undo in, a backup to restore, a book of a former version.
make_others() {
    now=2026-03-02T09:00:00+08:00
    base=
    sound=yes
    make_damaged && copy_book "$work/base" "$work/written" || return 1
    crm_at "$work/written" "$CRM" --now "$now" import "$work/customers.csv" --as customer >/dev/null || return 1
    rm -f "$work/written/crm.db-shm"
    ! on_postgres || return 0
    crm_at "$work/base" "$CRM" --now "$now" backup "$work/saved.tar" >/dev/null || return 1
    rm -f "$work/base/crm.db-shm"
    cp -r "$work/base" "$work/old"
    rm "$work/old"/crm.db*
    sqlite3 "$work/old/crm.db" <"$ROOT/tests/migrations/1.sql"
    sqlite3 "$work/old/crm.db" 'PRAGMA journal_mode=WAL' >/dev/null
}

faults_begin() {
    [ "$(uname)" = Linux ] || tap_skip_all "only for Linux"
    [ -e "$FAULT" ] || tap_skip_all "no $FAULT"
    command -v sqlite3 >/dev/null || tap_skip_all "no sqlite3"
    pristine=
    work=$(mktemp -d "${TMPDIR:-/tmp}/crm-faults-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cd "$work" || exit 1
    mkdir home
    export HOME=$work/home LC_ALL=C.UTF-8
    unset CRM_BOOK CRM_DATABASE CRM_PAGER PAGER LANGUAGE XDG_DATA_HOME XDG_CONFIG_HOME
    unset LD_PRELOAD CRM_FAULT CRM_FAULT_AFTER CRM_FAULT_REPORT CRM_FAULT_SQLITE_MALLOC
    ! on_postgres || make_cluster
    write_inputs
    if ! make_base || ! make_others; then
        printf '1..1\nnot ok 1 - no book to break could be made\n'
        exit 1
    fi
}

make_cluster() {
    # shellcheck source-path=SCRIPTDIR source=../postgres/cluster.bash
    . "$ROOT/tests/postgres/cluster.bash"
    cluster_find || tap_skip_all "no PostgreSQL server"
    chmod 755 "$work"
    trap 'cluster_remove "$work/cluster"; rm -rf "$work"' EXIT
    cluster_make "$work/cluster" && cluster_up
}

# The undisturbed command: states before and after, output, and how long it takes (µs).
refer_to() {
    words_of "$1" || { echo "there is no command $1 here" && return 1; }
    copy_book "$base" "$work/victim" || return 1
    before=$(state "$work/victim")
    local begin=${EPOCHREALTIME/./}
    status_wanted=0
    crm_at "$work/victim" "$CRM" --now "$now" "${words[@]}" >"$work/out" 2>"$work/err" || status_wanted=$?
    took=$((${EPOCHREALTIME/./} - begin))
    if [ "$status_wanted" != "$([ "$sound" = no ] && echo 1 || echo 0)" ]; then
        echo "undisturbed, $1 ends with $status_wanted: $(cat "$work/err")"
        return 1
    fi
    cp "$work/out" "$work/out.wanted"
    cp "$work/err" "$work/err.wanted"
    after=$(state "$work/victim")
    clean "$work/victim"
}

# Calls of those classes that the undisturbed command makes.
count_calls() {
    run_faulty "$1" "$2:COUNT:1" || return 1
    sed -n 's/^calls //p' "$work/report"
}

# In front of the program alone: the shell and what it starts before are not to meet the fault.
run_preloaded() {
    LD_PRELOAD=$FAULT "$@"
}

run_faulty() {
    prepare "$1"
    run_prepared "$@"
}

prepare() {
    words_of "$1"
    if [ -z "$base" ] || [ "$pristine" != "$base" ]; then copy_book "$base" "$work/victim"; fi
    ! on_postgres || next_transaction
    pristine=
    : >"$work/report"
}

run_prepared() {
    status=0
    # The shell's own word about a killed child is not the program's.
    {
        CRM_FAULT=$2 CRM_FAULT_AFTER=${3:-} CRM_FAULT_SEED=${4:-} \
            CRM_FAULT_LIMIT=$PATIENCE CRM_FAULT_REPORT=$work/report crm_at "$work/victim" run_preloaded "$CRM" --now "$now" "${words[@]}" >"$work/out" 2>"$work/err"
    } 2>/dev/null || status=$?
}

# Days of visits are computed by whoever reads a book first that was brought up to date: by the same
# command when it is left alone, else by the next.
settle_migrated() {
    look_at "$work/victim"
    [ "$(sqlite3 "$work/looked-at/crm.db" 'PRAGMA user_version')" = 1 ] ||
        crm_at "$work/victim" "$CRM" --now "$now" list customer >/dev/null 2>"$work/again" ||
        problem "$1: cannot be read: $(cat "$work/again")"
}

# Judges by state and cleanliness. $1 says what was done, $2 is yes when the command told that it is
# done. $ended is before, after or same.
# $3 is the command's name: for what else it leaves there may be a judge_NAME.
judge_book() {
    local found name=$3
    ! on_postgres || wait_for_backends victim || problem "$1: the server hangs"
    if [ "$2" != yes ] && untouched; then
        ended=before
        [ "$before" != "$after" ] || ended=same
        ! on_postgres || pristine=$base # to make another costs much there
        return
    fi
    if [ -z "$base" ] && [ "$2" != yes ]; then
        # What was begun can be begun anew; a whole book is refused as such.
        crm_at "$work/victim" "$CRM" --now "$now" "${words[@]}" >/dev/null 2>"$work/again" ||
            grep -qE 'already|is not empty' "$work/again" || problem "$1: cannot be repeated: $(cat "$work/again")"
    fi
    [ "$name" != migrate ] || settle_migrated "$1"
    found=$(state "$work/victim")
    if [ "$found" = "$after" ]; then
        ended=after
    elif [ "$found" = "$before" ] || { [ -z "$base" ] && is_no_book; }; then
        ended=before
    else
        ended=neither
        problem "$1: neither as before nor as after"
    fi
    [ "$before" != "$after" ] || ended=same
    [ "$2" != yes ] || [ "$ended" != before ] || problem "$1: what was acknowledged is lost"
    [ "$ended:$base" = before: ] || [ "$ended:$sound" = before:after ] || clean "$work/victim" || problem "$1: the book is damaged"
    ! declare -F "judge_$name" >/dev/null || "judge_$name" "$1" "$2"
}

# What a restore that was killed leaves is in the way of another one, but nobody takes it for a book.
is_no_book() {
    ! crm_at "$work/victim" "$CRM" list customer >/dev/null 2>&1
}

# Under the name that was asked for stands a whole backup, or nothing.
judge_backup() {
    if [ -e "$work/victim.tar" ]; then
        "$CRM" restore --verify "$work/victim.tar" >/dev/null 2>"$work/again" ||
            problem "$1: half a backup: $(cat "$work/again")"
    elif [ "$2" = yes ]; then
        problem "$1: acknowledged, and there is no backup"
    fi
}

# The book takes the next command.
goes_on() {
    pristine=
    crm_at "$work/victim" timeout $PATIENCE "$CRM" add "The next one" >/dev/null 2>"$work/next" ||
        problem "$1: then crm add ends with $?: $(cat "$work/next")"
}

# ---- What a command says of a fault ---------------------------------------------------------------

met() {
    local line
    read -r line <"$work/report" && [[ $line == met* ]]
}

# A list that cannot be read is replaced, but not known to be the same.
same_output() {
    cmp -s <(sed 's/"state":"changed"/"state":"added"/' "$work/out") "$work/out.wanted"
}

# A sentence for a person: not empty, not the engine's, and no tale about the user's doing.
judge_words() {
    local first
    # While it connects, and nobody can stop it, PostgreSQL's library tells by itself of a server
    # that goes.
    first=$(grep -v '^FATAL:  terminating connection' "$work/err" | head -n 1)
    case $first in
    "crm: "*"is locked"*) problem "$1: $first" ;;
    "crm: "????????*) ;;
    *) problem "$1: status $status, says '$first'" ;;
    esac
    [ "$status" = 1 ] || [ "$status" = 75 ] || problem "$1: status $status: $first"
}

# Every n, or a handful of any number.
step() {
    if [ "${THOROUGH:-no}" = yes ]; then
        n=$((n + 1))
    else
        n=$((n + 1 + n * ${GROWTH:-60} / 100 + RANDOM % 2))
    fi
}
