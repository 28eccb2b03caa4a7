# SPDX-License-Identifier: MIT
# crm list: records of a kind that pass a filter.

load helper

setup_test() {
    new_book
    crm add Alpha --city Suzhou --need-fit 5 --since 2026-01-05 --tags tea >/dev/null
    crm add Beta --city Wuxi --need-fit 3 --since 2025-06-01 --phone 0512-88 >/dev/null
    crm add 康佳电子 --key kangjia --city Wuxi --status lost >/dev/null
}

keys() {
    call crm list "$@" --fields key --format tsv
    [ "$status" = 0 ] || return 1
    out=$(tail -n +2 <<<"${out%$'\n'}" | sort | tr '\n' ' ')
}

@test "all of a kind" {
    keys
    [ "$out" = "alpha beta kangjia " ]
    keys customer
    [ "$out" = "alpha beta kangjia " ]
    call crm list staff
    expect 0 "" ""
}

@test "comparisons, any of, contains, and a word" {
    keys city=Wuxi
    [ "$out" = "beta kangjia " ]
    keys city!=Wuxi
    [ "$out" = "alpha " ]
    keys 'need_fit>=4'
    [ "$out" = "alpha " ]
    keys 'since<2026-01'
    [ "$out" = "beta " ]
    keys status=lost,prospect
    [ "$out" = "kangjia " ]
    keys 'name~lph'
    [ "$out" = "alpha " ]
    keys city=Wuxi status=lost
    [ "$out" = "kangjia " ]
    keys 0512
    [ "$out" = "beta " ]
}

@test "Chinese is found from one character up" {
    keys 康佳
    [ "$out" = "kangjia " ]
    keys 佳
    [ "$out" = "kangjia " ]
}

@test "an unknown field, an unknown column, a wrong value" {
    call crm list nosuch=1
    expect 2 "" -
    [[ $err == *nosuch* ]]
    call crm list --fields nosuch
    expect 2 "" -
    [[ $err == *nosuch*key,* ]]
    call crm list 'since>=yesterdy'
    [ "$status" -ne 0 ]
    [[ $err == *yesterdy* ]]
}

@test "values are never SQL" {
    keys "name=' OR 1=1 --"
    [ "$out" = "" ]
}
