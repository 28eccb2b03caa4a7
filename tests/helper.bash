# SPDX-License-Identifier: MIT
# Shared by all bats files: `load helper` gives every test an empty directory of its own as current
# directory and home, a fixed clock, and these functions.
#
#   crm ARGUMENT…            the program under test (CRM=path, else $BUILD/crm, else build/crm)
#   expect STATUS OUT ERR    compares all three of the last `call` at once; - is "not looked at"
#   call COMMAND…            runs it and keeps $status, $out and $err apart, byte for byte
#   call_in TEXT COMMAND…    as call, with TEXT as standard input
#   new_book [DIR]           makes a book (./.crm) and says nothing
#   in_directory DIR         the names in it, hidden ones too, sorted, on one line
#   query_store SQL [DIR]    what the engine itself finds in the book: rows of values between |
#   book_state [DIR]         a digest of everything that is stored in the book
#   move_book FROM TO        mv, with all that the test knows of the book
#   need_file REASON         skips a test on PostgreSQL that is about the file crm.db
#   on_postgres              whether the books of the test are on PostgreSQL
#
#   need_postgres            skips a test unless tests/postgres/run stands around
#   new_database             makes one until the end of the test, and prints its address
#   postgres DATABASE …      psql on the cluster of tests/postgres/run
#
# With CRM_TEST_STORE=postgresql, `crm` is tests/postgres/crm, which gives every book a database of
# its own; CRM_TEST_POSTGRES is the directory of the server's socket: see tests/postgres/run.

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$TESTS")
SHARED=$(dirname "$ROOT")/shared/data

absolute() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$ROOT" "$1" ;;
    esac
}

# The program itself, whatever stands around it; bats reads this file more than once.
CRM_PROGRAM=$(absolute "${CRM_PROGRAM:-${CRM:-${BUILD:-build}/crm}}")
CRM=$CRM_PROGRAM
[ "${CRM_TEST_STORE-}" != postgresql ] || CRM=$TESTS/postgres/crm
CRM_TEST_PATH=$PATH
export CRM CRM_PROGRAM CRM_TEST_PATH

crm() {
    "$CRM" "$@"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir home
    export CRM_TEST_DATABASES=$BATS_TEST_TMPDIR.databases
    mkdir "$CRM_TEST_DATABASES"
    export HOME=$PWD/home LC_ALL=C.UTF-8 CRM_NOW=2026-03-02T09:00:00+08:00
    unset CRM_BOOK CRM_DATABASE CRM_TIMEOUT CRM_PAGER PAGER NO_COLOR LANGUAGE XDG_DATA_HOME XDG_CONFIG_HOME
    if declare -F setup_test >/dev/null; then
        setup_test
    fi
}

on_postgres() {
    [ "${CRM_TEST_STORE-}" = postgresql ]
}

need_postgres() {
    [ -n "${CRM_TEST_POSTGRES-}" ] || skip "no PostgreSQL cluster: tests/postgres/run makes one"
}

postgres() {
    psql -qXAtv ON_ERROR_STOP=1 -d "host=$CRM_TEST_POSTGRES user=crm dbname=$1" "${@:2}"
}

# The databases of the test's books: hundreds of tests would fill a disk with them.
teardown() {
    [ -n "${CRM_TEST_POSTGRES-}" ] || return 0
    ! declare -F teardown_test >/dev/null || teardown_test
    cat /dev/null "$CRM_TEST_DATABASES"/* 2>/dev/null | sed 's/.*/DROP DATABASE IF EXISTS & WITH (FORCE);/' |
        postgres postgres >/dev/null 2>&1
}

# A trailing "x" keeps newlines that $(…) would drop.
call() {
    status=0
    "$@" >"$BATS_TEST_TMPDIR/.out" 2>"$BATS_TEST_TMPDIR/.err" || status=$?
    out=$(cat "$BATS_TEST_TMPDIR/.out" && printf x)
    out=${out%x}
    err=$(cat "$BATS_TEST_TMPDIR/.err" && printf x)
    err=${err%x}
}

call_in() {
    local text=$1
    shift
    printf '%s' "$text" >"$BATS_TEST_TMPDIR/.in"
    call "$@" <"$BATS_TEST_TMPDIR/.in"
}

# OUT and ERR are given without their last newline.
expect() {
    local failed=0
    [ "$status" = "$1" ] || failed=1
    [ "${2--}" = - ] || [ "${out%$'\n'}" = "$2" ] || failed=1
    [ "${3--}" = - ] || [ "${err%$'\n'}" = "$3" ] || failed=1
    [ "$failed" = 0 ] && return 0
    printf 'expected status %s, got %s\n' "$1" "$status"
    printf -- '--- expected stdout\n%s\n--- stdout\n%s\n' "${2--}" "$out"
    printf -- '--- expected stderr\n%s\n--- stderr\n%s\n' "${3--}" "$err"
    return 1
}

new_book() {
    crm init --zone Asia/Shanghai "$@" >/dev/null
}

# An empty database until the end of the test; prints its address.
new_database() {
    local name
    name=crm_${BASHPID}_$(date +%N)
    postgres postgres -c "CREATE DATABASE $name" || return 1
    echo "$name" >"$CRM_TEST_DATABASES/$name"
    echo "postgresql:///$name?host=$CRM_TEST_POSTGRES&user=crm"
}

query_store() {
    local place
    place=$(realpath "${2:-.crm}")
    if on_postgres; then
        PGOPTIONS='-c search_path=crm' postgres "$(cat "$CRM_TEST_DATABASES/${place//\//=}")" -c "$1"
    else
        sqlite3 "$place/crm.db" "$1"
    fi
}

# Every byte that is stored, in short: unequal once anything was changed.
book_state() {
    local place=${1:-.crm}
    if on_postgres; then
        query_store "SELECT md5(string_agg(CAST(query_to_xml(format('SELECT * FROM crm.%I AS t ORDER BY
            CAST(t AS text) COLLATE \"C\"', tablename), true, false, '') AS text), '' ORDER BY tablename))
            FROM pg_tables WHERE schemaname = 'crm'" "$place"
    else
        cat "$place/crm.db" "$place/crm.db-wal" 2>/dev/null | sha256sum
    fi
}

move_book() {
    local from into
    from=$(realpath "$1") into=$(realpath "$2")
    mv "$from" "$into"
    ! on_postgres || mv "$CRM_TEST_DATABASES/${from//\//=}" "$CRM_TEST_DATABASES/${into//\//=}"
}

need_file() {
    ! on_postgres || skip "$1: the book has no file of its own on PostgreSQL"
}

in_directory() {
    (
        LC_ALL=C
        cd "$1" && shopt -s dotglob nullglob && printf '%s ' *
    )
}

# For tests on the real data, which is not part of the project.
need_shared() {
    [ -d "$SHARED" ] || skip "$SHARED is not here"
}

# steps KEY,…: those members of each step of the last call.
steps() {
    jq -r ".steps[] | [.${1//,/, .}] | map(. // \"\") | join(\"|\")" <<<"$out"
}

# line_of PATTERN: number of the first line of the policy that matches.
line_of() {
    grep -nE "$1" .crm/policy.yaml | head -1 | cut -d: -f1
}
