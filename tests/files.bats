# SPDX-License-Identifier: MIT
# What stands where a file should be: a pipe nobody writes into, a directory, a device without an end.

# The helper sets these.
# shellcheck disable=SC2154
load helper

setup_test() {
    new_book
    crm add Acme >/dev/null
}

# in_place PATH COMMAND…: each is named, and none waited for.
in_place() {
    local path=$1 form
    shift
    rm -f "$path"
    for form in pipe directory device; do
        case $form in
        pipe) mkfifo "$path" ;;
        directory) mkdir "$path" ;;
        device) ln -s /dev/zero "$path" ;;
        esac
        call timeout 10 "$CRM" "$@"
        rm -rf "$path"
        [[ $status = 3 && $err == "crm: "*"$path: a $form, not a file"$'\nhint: put a plain file in its place\n' ]] ||
            { echo "$path, a $form: $status $err" && return 1; }
    done
}

@test "the policy, a survey, a day list, the configuration" {
    cp .crm/policy.yaml policy
    in_place .crm/policy.yaml list
    cp policy .crm/policy.yaml
    mkdir -p .crm/surveys .crm/calendars home/.config/crm
    in_place .crm/surveys/own.yaml survey ask own acme --answer a=1
    sed -i "s/# holidays: cn$/holidays: cn/" .crm/policy.yaml
    in_place .crm/calendars/cn-2026.json calendar due --from 2026-03-02 --limit 5wd
    in_place home/.config/crm/config.yaml oddly
}

@test "check names what is no file, and goes on" {
    mkdir -p .crm/surveys .crm/calendars
    mkfifo .crm/calendars/cn-2025.json .crm/surveys/own.yaml
    call timeout 10 "$CRM" check files
    [ "$status" = 1 ]
    [ "$(grep -c 'a pipe, not a file' <<<"$out")" = 2 ]
}

@test "the database" {
    need_file "the file crm.db"
    rm -f .crm/crm.db-*
    mkfifo fifo
    mv fifo .crm/crm.db
    call timeout 10 "$CRM" list
    expect 3 "" "crm: $PWD/.crm/crm.db: a pipe, not a file"$'\nhint: put a plain file in its place'
    rm .crm/crm.db
    mkdir .crm/crm.db
    call timeout 10 "$CRM" list
    expect 3 "" "crm: $PWD/.crm/crm.db: a directory, not a file"$'\nhint: put a plain file in its place'
}

@test "a backup that is a directory" {
    mkdir backups
    call crm -C again restore backups
    expect 3 "" $'crm: backups: a directory, not a file\nhint: name a file in it'
    [ ! -e again ]
}

@test "pipes where a person names one" {
    call crm import <(printf 'key,name\nmoon,Moon\n') --as customer
    [ "$status" = 0 ]
    call crm import <(printf 'k,n\nsun,Sun\n') --as customer --map <(echo 'fields: {key: k, name: n}')
    [ "$status" = 0 ] || { echo "$err" && return 1; }
    printf 'key,name\nstar,Star\n' | crm import /dev/stdin --as customer >/dev/null
    printf 'key,name\nmars,Mars\n' | crm import - --as customer >/dev/null
    [ "$(crm list --fields key | jq -r .key | sort | xargs)" = "acme mars moon star sun" ]
    call crm calendar import <(cat "$TESTS/data/daylist-2026.json") --name cn
    [ "$status" = 0 ] || { echo "$err" && return 1; }
    crm backup - | crm -C again restore /dev/stdin >/dev/null
    [ "$(crm -C again list | wc -l)" = 5 ]
}
