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

@test "dates: a month and a year are all of their days" {
    keys since=2026-01
    [ "$out" = "alpha " ]
    keys since=2025,2026
    [ "$out" = "alpha beta " ]
    keys since!=2025
    [ "$out" = "alpha kangjia " ]
    keys 'since<=2025-06'
    [ "$out" = "beta " ]
    keys 'since>2025-06'
    [ "$out" = "alpha " ]
    keys 'since>=2025-06'
    [ "$out" = "alpha beta " ]
    keys 'since~-06-'
    [ "$out" = "beta " ]
    call crm list since=2026-13
    expect 3 "" -
    call crm list since=----
    expect 3 "" -
}

@test "times: days are those of the book's zone" {
    # 2026-03-01T01:00 in Shanghai is stored as 2026-02-28T17:00Z.
    crm visit add alpha --channel phone --at 2026-03-01T01:00 >/dev/null
    visits() {
        call crm list visit "$@" --fields number --format tsv
        [ "$status" = 0 ] || return 1
        out=$(tail -n +2 <<<"${out%$'\n'}" | tr '\n' ' ')
    }
    local words
    for words in done_at=2026-03 done_at=2026-03-01 'done_at<=2026-03-01' 'done_at>2026-02' \
        done_at!=2026-02 'done_at<2026-03-02' 'done_at=2026-03-01T01:00' done_at=yesterday; do
        visits "$words"
        [ "$out" = "V-1 " ]
    done
    for words in done_at=2026-02 'done_at<2026-03' 'done_at>2026-03-01' 'done_at>=2026-03-02' \
        done_at!=2026-03-01 done_at=2026-03-01T02:00; do
        visits "$words"
        [ "$out" = "" ]
    done
}

@test "a reference contains what its key or name does" {
    crm add staff "Li Na" --login ln1 >/dev/null
    crm edit alpha --owner ln1 >/dev/null
    keys 'owner~na'
    [ "$out" = "alpha " ]
    keys 'owner~LN1'
    [ "$out" = "alpha " ]
    keys owner=ln1
    [ "$out" = "alpha " ]
    keys owner!=ln1
    [ "$out" = "beta kangjia " ]
    keys owner=
    [ "$out" = "beta kangjia " ]
    keys owner!=
    [ "$out" = "alpha " ]
    call crm list owner=nobody
    expect 1 "" -
    call crm list 'owner<ln1'
    expect 2 "" $'crm: filter: \'owner\' cannot be compared by <\nhint: use = or !='
}

@test "comparisons without a meaning are refused" {
    call crm list 'need_fit~5'
    expect 2 "" $'crm: filter: \'need_fit\' cannot be compared by ~\nhint: use =, !=, <, <=, > or >='
    call crm list 'tags>tea'
    expect 2 "" -
    call crm list 'since<'
    expect 2 "" $'crm: filter: a value is missing behind since<\nhint: write since= for records that have none'
    call crm list contact 'is_primary~y'
    expect 2 "" -
}

@test "enums are compared in the order of their choices" {
    crm edit alpha --status prospect >/dev/null
    keys 'status>prospect'
    [ "$out" = "beta kangjia " ]
    keys 'status<=active'
    [ "$out" = "alpha beta " ]
    keys 'status>lost'
    [ "$out" = "" ]
    call crm list 'status>wat'
    expect 3 "" -
}

@test "commas, pattern characters, option names, nothing" {
    crm add "Acme, Inc." --key acme --notes '100%_\x' --tags a_b >/dev/null
    keys "name=Acme, Inc."
    [ "$out" = "acme " ]
    keys "name=Acme, Inc.,Beta"
    [ "$out" = "beta " ]
    keys 'notes~0%_\'
    [ "$out" = "acme " ]
    keys 'notes~0%x'
    [ "$out" = "" ]
    keys tags=a_b
    [ "$out" = "acme " ]
    keys tags=axb
    [ "$out" = "" ]
    keys tags!=tea
    [ "$out" = "acme beta kangjia " ]
    keys need-fit=5
    [ "$out" = "alpha " ]
    keys ""
    [ "$out" = "acme alpha beta kangjia " ]
    call crm list "name=$(seq -s, 600)"
    expect 2 "" $'crm: filter: more than 512 values\nhint: ask for fewer at a time'
}

@test "fields of the customer, for what belongs to one" {
    crm add order N1 --customer alpha >/dev/null
    crm add order N2 --customer beta >/dev/null
    call crm list order need_fit=5 --fields number
    expect 0 '{"number":"N1"}' ""
    call crm list order need_fit!=5 --fields number
    expect 0 '{"number":"N2"}' ""
    call crm list order 'customer~bet' --fields number
    expect 0 '{"number":"N2"}' ""
}

@test "a reference with a comma; the nearest field of the customer" {
    crm add staff Z --login z,y >/dev/null
    crm edit beta --owner z,y >/dev/null
    keys owner=z,y
    [ "$out" = "beta " ]
    call crm list order segmnt=x
    expect 2 "" $'crm: filter: order has no field \'segmnt\'\nhint: did you mean \'segment\'?'
}

@test "a bare word finds what belongs to a customer of that name" {
    crm add "湖畔茶馆" --key lakeside >/dev/null
    crm add "Other" --key other >/dev/null
    crm visit add lakeside --channel phone >/dev/null
    crm visit add other --channel phone --feedback "tea" >/dev/null
    call crm visit list 茶 --fields number
    expect 0 '{"number":"V-1"}' ""
    call crm visit list lakes --fields number
    expect 0 '{"number":"V-1"}' ""
    call crm list visit TEA --fields number
    expect 0 '{"number":"V-2"}' ""
}

@test "tiers are compared in the policy's order, not the alphabet's" {
    sed -i -e 's/names: \[A, B, C\]/names: [S, A, B]/' -e 's/thresholds: {A: 80, B: 95}/thresholds: {S: 80, A: 95}/' \
        -e 's/^    A: {every/    S: {every/; s/^    B: {every/    A: {every/; s/^    C: {every/    B: {every/' \
        -e 's/tier: A/tier: S/' .crm/policy.yaml
    crm tier set alpha S --reason big >/dev/null
    crm tier set beta B --reason small >/dev/null
    keys 'tier<=A'
    expect 0 "alpha " ""
    keys 'tier>S'
    expect 0 "beta " ""
    call crm list customer 'tier>=Z'
    expect 3 "" $'crm: the policy has no tier \'Z\'\nhint: its tiers stand under tiers.names in policy.yaml'
}
