#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A book whose records are in PostgreSQL: how it is made, reached and kept apart. That every command
# works there is shown by the other files: make check-postgres.
load helper

@test "init --database makes the book there and writes the address down" {
    need_postgres
    address=$(new_database)
    call crm init team --database "$address"
    expect 0 '{"book":"team"}' ""
    grep -qF "database: \"$address\"" team/policy.yaml
    [ ! -e team/crm.db ]
    call crm --book team add Acme --fields key
    expect 0 '{"key":"acme"}' ""
    call env -u CRM_BOOK "$CRM" -C team list --fields key --format csv
    expect 0 $'key\nacme' ""
    call crm init other --database "$address"
    expect 1 "" $'crm: there is a book in the database already\nhint: choose another, or copy the policy.yaml of that book to \'other\''
}

@test "it works beside other schemas, and touches none" {
    need_postgres
    address=$(new_database)
    psql -qXd "$address" -c "CREATE TABLE customer (id int); CREATE FUNCTION lower(int) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    crm init team --database "$address" >/dev/null
    crm --book team add "ΣΊΣΥΦΟΣ Straße ＡＢＣ" >/dev/null
    call crm --book team list customer name~"σίσυφοσ STRASSE abc" --fields name --format csv
    expect 0 $'name\nΣΊΣΥΦΟΣ Straße ＡＢＣ' ""
    [ "$(psql -qXAtd "$address" -c 'SELECT count(*) FROM public.customer')" = 0 ]
}

@test "a server that is not there; the password is not told" {
    call crm init team --database "postgresql://lin:s3cret@127.0.0.1:1/crm"
    [ "$status" = 1 ]
    [[ $err == "crm: the database server cannot be reached: "*$'\nhint: '* ]]
    [[ $err != *s3cret* ]]
    call crm init team --database "postgresql://lin:s3cret@[bad"
    [ "$status" = 2 ]
    [[ $err == "crm: the database's address is not understood: "* && $err != *s3cret* ]]
    [ ! -e team ]
}

@test "the reason of a failed connection is readable in any locale" {
    call env LC_ALL=C "$CRM_PROGRAM" --lang zh_CN init team --database "postgresql://lin@127.0.0.1:1/crm"
    [ "$status" = 1 ]
    [[ $err == *"127.0.0.1"* && $err != *"??"* ]]
}

@test "without its client library a sentence says what to install" {
    [ -n "${LD_LIBRARY_PATH-}" ] && skip "libraries come from elsewhere"
    mkdir libraries
    echo "no library" >libraries/libpq.so.5
    call env LD_LIBRARY_PATH="$PWD/libraries" "$CRM_PROGRAM" init team --database postgresql:///crm
    expect 1 "" $'crm: PostgreSQL\'s client library (libpq) is not installed\nhint: install it: apt-get install libpq5'
    ldd "$CRM_PROGRAM" >used
    grep -q libsqlite3 used
    [ "$(grep -c libpq used)" = 0 ]
}

@test "numbers of what was refused or tried are given again" {
    need_postgres
    crm init team --database "$(new_database)" >/dev/null
    export CRM_BOOK=team
    crm add Acme >/dev/null
    call crm add contact --dry-run --set customer=acme "One" --fields number
    expect 0 '{"number":"P-1"}' ""
    call crm add contact --set customer=acme "Two" --fields number
    expect 0 '{"number":"P-1"}' ""
    crm remove P-1 >/dev/null
    call crm add contact --set customer=acme "Three" --fields number
    expect 0 '{"number":"P-2"}' ""
}

@test "one remind --new at a time, from whatever machine" {
    need_postgres
    address=$(new_database)
    crm init team --database "$address" >/dev/null
    crm --book team add Acme >/dev/null
    psql -qXd "$address" -c "SELECT pg_advisory_lock(4345422), pg_sleep(4)" >/dev/null &
    holder=$!
    sleep 1
    call env CRM_TIMEOUT=1 "$CRM" --book team remind --new
    wait "$holder"
    [ "$status" = 75 ]
    [[ $err == "crm: the same command is still running in the book"* ]]
}

@test "init makes the book where a policy that lies there already has it" {
    need_postgres
    address=$(new_database)
    crm init team --database "$address" >/dev/null
    call env -u CRM_DATABASE "$CRM_PROGRAM" init team
    expect 1 "" $'crm: there is a book in \'team\' already\nhint: choose another directory'
    [ ! -e team/crm.db ]
    mkdir other
    second=$(new_database)
    { grep -v '^database: ' team/policy.yaml && echo "database: \"$second\""; } >other/policy.yaml
    call env -u CRM_DATABASE "$CRM_PROGRAM" init other --database "$address"
    expect 4 "" $'crm: the policy.yaml in \'other\' does not name that database\nhint: write its address there, under database:, or leave out --database'
    call env -u CRM_DATABASE "$CRM_PROGRAM" init other
    expect 0 '{"book":"other"}' ""
    [ ! -e other/crm.db ]
    call env -u CRM_DATABASE "$CRM_PROGRAM" --book other add Acme --fields key
    expect 0 '{"key":"acme"}' ""
    [ "$(psql -qXAtd "$second" -c 'SELECT key FROM crm.customer')" = acme ]
}

@test "an init that the database does not allow leaves nothing behind" {
    need_postgres
    address=$(new_database)
    user=u${BASHPID}_nobody
    psql -qXd "$address" -c "CREATE ROLE $user LOGIN"
    call "$CRM_PROGRAM" init team --database "${address/user=crm/user=$user}"
    psql -qXd "$address" -c "DROP ROLE $user"
    expect 1 "" -
    [[ $err == "crm: the database does not allow it: "* ]]
    [ ! -e team ]
    call "$CRM_PROGRAM" init team --database "$address"
    expect 0 '{"book":"team"}' ""
    grep -qF "database: \"$address\"" team/policy.yaml
}
