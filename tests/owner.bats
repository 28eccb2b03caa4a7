# SPDX-License-Identifier: MIT
# When a customer gets another owner, the visits planned go along. Now is Monday 2026-03-02.

load helper

setup_test() {
    new_book
    for login in lin wu zhao; do
        crm add staff $login --visits-per-day 1 >/dev/null
    done
    crm add acme --owner lin --since 2025-03-05 >/dev/null
    crm add beta --owner wu --since 2025-03-05 >/dev/null
    crm --now 2026-02-01T09:00:00+08:00 visit add acme --planned-on 2026-02-20 --staff lin >/dev/null # V-1
    crm visit add acme --planned-on 2026-03-02 --staff lin >/dev/null                                 # V-2
    crm visit add acme --planned-on 2026-03-20 --staff lin >/dev/null                                 # V-3
    crm visit add acme --planned-on 2026-03-21 --staff zhao >/dev/null                                # V-4
    crm visit add acme --planned-on 2026-03-23 --staff lin >/dev/null                                 # V-5
    crm visit skip V-5 --reason away >/dev/null
    crm visit add acme --channel phone --staff lin >/dev/null # V-6
    crm visit add beta --planned-on 2026-03-20 --staff lin >/dev/null # V-7
}

# Who makes V-1, V-2, …
staff() {
    crm list visit --format csv --fields staff | sed 1d | paste -sd' '
}

@test "planned visits to come pass to the new owner, but for those of a third person" {
    [ "$(staff)" = "lin lin lin zhao lin lin lin" ]
    call crm edit acme --owner wu --format table
    expect 0 - ""
    [[ $out == *$'\nplanned visits passed on to the new owner: 2\n' ]]
    [ "$(staff)" = "lin wu wu zhao lin lin lin" ]
    [ "$(crm remind --for wu --within 30d | jq -r 'select(.kind == "planned_visit").id' | paste -sd' ')" = \
        "planned:V-2:2026-03-02 planned:V-3:2026-03-20" ]
    [ "$(crm remind --for lin --within 30d | jq -r 'select(.customer == "acme").id')" = planned:V-1:2026-02-20 ]
    call crm check
    expect 0 - ""
}

@test "it is one entry of the journal, and undone as one" {
    before=$(crm list visit)
    entries=$(crm log | wc -l)
    crm edit acme --owner wu >/dev/null
    [ "$(crm log | wc -l)" = $((entries + 1)) ]
    [ "$(crm log -n 1 | jq -c .what)" = '{"customer":{"changed":1},"visit":{"changed":2}}' ]
    crm undo >/dev/null
    [ "$(crm list visit)" = "$before" ]
    crm undo >/dev/null # and done again
    [ "$(staff)" = "lin wu wu zhao lin lin lin" ]
}

@test "what was planned since goes back with an undo, what a third person had stays" {
    crm visit add acme --planned-on 2026-03-24 --staff wu >/dev/null # V-8, while wu is a third person
    crm edit acme --owner wu >/dev/null
    crm visit add acme --planned-on 2026-03-25 --staff wu >/dev/null # V-9, as the owner
    entry=$(crm log | jq -r 'select(.command | test("edit acme")).entry')
    call crm undo "$entry" --format table
    expect 0 - ""
    [[ $out == *"planned visits passed on to the new owner: 1"* ]]
    [ "$(staff)" = "lin lin lin zhao lin lin lin wu lin" ]
    [ "$(crm list key=acme --fields owner)" = '{"owner":"lin"}' ]
}

@test "an undo does not give back what the new owner has done since: it names who did it" {
    crm edit acme --owner wu >/dev/null
    entry=$(crm log -n 1 | jq .entry)
    crm --now 2026-03-02T11:00:00+08:00 visit "done" V-2 --channel phone >/dev/null
    call crm undo "$entry"
    expect 4 "" -
    [[ $err == "crm: entry $entry cannot be undone: later entries build on it: $((entry + 1)) ("*"visit done V-2 "* ]]
    [ "$(staff)" = "lin wu wu zhao lin lin lin" ]
    [ "$(crm list key=acme --fields owner)" = '{"owner":"wu"}' ]
    # Given back by a new change, the visit stays with who made it.
    crm edit acme --owner lin >/dev/null
    [ "$(staff)" = "lin wu lin zhao lin lin lin" ]
    # One that was skipped was made by nobody, and an undone one neither.
    crm edit acme --owner wu >/dev/null
    entry=$(crm log -n 1 | jq .entry)
    crm visit skip V-3 --reason away >/dev/null
    crm visit add acme --planned-on 2026-03-27 --staff wu >/dev/null
    crm visit "done" V-8 --channel phone --at 2026-03-02T08:59 >/dev/null
    crm undo >/dev/null
    call crm undo "$entry"
    expect 0 - ""
    [ "$(staff)" = "lin wu lin zhao lin lin lin lin" ]
    # The same for a change of one visit alone.
    crm edit V-4 --staff wu >/dev/null
    crm visit "done" V-4 --channel phone >/dev/null
    call crm undo "$(crm log -n 2 | jq .entry | tail -1)"
    expect 4 "" -
    crm check >/dev/null
}

@test "the same by import" {
    printf 'key,owner\nacme,wu\nbeta,zhao\n' >owners.csv
    call crm import owners.csv --as customer --key key
    expect 0 - ""
    [ "$(jq -c '.notes[] | select(.note == "visits_passed_on")' <<<"$out")" = '{"note":"visits_passed_on","visits":2}' ]
    [ "$(staff)" = "lin wu wu zhao lin lin lin" ]
    call crm import owners.csv --as customer --key key
    [ "$(jq -c .notes <<<"$out")" = "[]" ]
    crm undo >/dev/null
    [ "$(staff)" = "lin lin lin zhao lin lin lin" ]
}

@test "a refused row of an import passes nothing on" {
    printf 'key,owner,status\nacme,wu,nonsense\nbeta,zhao,active\n' >owners.csv
    call crm import owners.csv --as customer --key key --errors refused.csv
    [ "$(jq .refused <<<"$out")" = 1 ]
    [ "$(staff)" = "lin lin lin zhao lin lin lin" ]
}

@test "the same by a merge, and undone with it" {
    before=$(crm list visit)
    call crm merge acme beta --format table
    expect 0 - ""
    [[ $out == *"planned visits passed on to the new owner: 2"* ]]
    [ "$(staff)" = "lin wu wu zhao lin lin lin" ]
    crm undo >/dev/null
    [ "$(crm list visit)" = "$before" ]
}

@test "nobody takes over from nobody, and nobody gives to nobody" {
    crm edit acme --owner "" >/dev/null
    [ "$(staff)" = "lin lin lin zhao lin lin lin" ]
    crm edit acme --owner wu >/dev/null
    [ "$(staff)" = "lin lin lin zhao lin lin lin" ]
    call crm edit acme --owner wu --format table
    [[ $out != *"passed on"* ]]
}

@test "the plan follows at once: the new owner's days are taken, the old one's free" {
    crm visit skip V-2 --reason away >/dev/null
    crm visit skip V-4 --reason away >/dev/null
    crm edit beta --status lost >/dev/null
    crm visit skip V-7 --reason lost >/dev/null
    crm add gamma --owner wu --since 2025-03-20 >/dev/null
    [ "$(crm visit plan --until 2026-03-20 --fields customer,day key=gamma)" = '{"customer":"gamma","day":"2026-03-20"}' ]
    crm edit acme --owner wu >/dev/null
    [ "$(crm visit plan --until 2026-03-20 --fields customer,day key=gamma)" = '{"customer":"gamma","day":"2026-03-19"}' ]
    crm edit gamma --owner lin >/dev/null
    [ "$(crm visit plan --until 2026-03-20 --fields customer,day,owner key=gamma)" = \
        '{"customer":"gamma","day":"2026-03-20","owner":"lin"}' ]
}
