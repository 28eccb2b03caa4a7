# SPDX-License-Identifier: MIT
# Shared by all bats files: `load helper` gives every test an empty directory of its own as current
# directory and home, a fixed clock, and these functions.
#
#   crm ARGUMENT…            the program under test (CRM=path, else $BUILD/crm, else build/crm)
#   expect STATUS OUT ERR    compares all three of the last `call` at once; - is "not looked at"
#   call COMMAND…            runs it and keeps $status, $out and $err apart, byte for byte
#   call_in TEXT COMMAND…    as call, with TEXT as standard input
#   new_book [DIR]           makes a book (./.crm) and says nothing

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$TESTS")
SHARED=$(dirname "$ROOT")/shared/data

absolute() {
    case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$ROOT" "$1" ;;
    esac
}

CRM=$(absolute "${CRM:-${BUILD:-build}/crm}")
export CRM

crm() {
    "$CRM" "$@"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir home
    export HOME=$PWD/home LC_ALL=C.UTF-8 CRM_NOW=2026-03-02T09:00:00+08:00
    unset CRM_BOOK CRM_PAGER PAGER NO_COLOR LANGUAGE XDG_DATA_HOME XDG_CONFIG_HOME
    if declare -F setup_test >/dev/null; then
        setup_test
    fi
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

# For tests on the real data, which is not part of the project.
need_shared() {
    [ -d "$SHARED" ] || skip "$SHARED is not here"
}
