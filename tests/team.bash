# SPDX-License-Identifier: MIT
# A team's book, its roles, and who asks what: for the bats files about what the database enforces.

# A book in a database: lin owns acme and is of the department sales, chen owns beta; gamma is the
# department's, delta nobody's. $database is its name, $user what users' names begin with: roles
# are the server's, and tests run side by side.
team() {
    need_postgres
    new_book first
    address=$(new_database)
    database=$(basename "${address%%\?*}")
    user=u${BASHPID}_
    crm copy first book --database "$address" >/dev/null
    owner add staff "Lin Yue" --login lin --department sales >/dev/null
    owner add staff "Chen Bo" --login chen --department service >/dev/null
    owner add staff "The Boss" --login boss >/dev/null
    owner add "Acme" --owner lin >/dev/null
    owner add "Beta" --owner chen --department service >/dev/null
    owner add "Gamma" --department sales >/dev/null
    owner add "Delta" >/dev/null
    owner add contact "Bea" --customer beta >/dev/null
    owner add contact "Ann" --customer acme >/dev/null
    owner add order B-1 --customer beta --ordered-on 2026-01-05 >/dev/null
    owner add line --customer beta --order-ref B-1 --amount 100 >/dev/null
    owner add order A-1 --customer acme --ordered-on 2026-01-06 >/dev/null
    owner add line --customer acme --order-ref A-1 --amount 10 >/dev/null
}

owner() {
    env -u CRM_DATABASE "$CRM_PROGRAM" --book book "$@"
}

grant() {
    owner staff grant "$1" --database-user "$user$1" "${@:2}" >/dev/null
}

# as LOGIN COMMAND…: crm; sql_as LOGIN SQL: anything else.
as() {
    CRM_DATABASE=${address/user=crm/user=$user$1} "$CRM_PROGRAM" --book book "${@:2}"
}

sql_as() {
    psql -qXAtv ON_ERROR_STOP=1 -d "host=$CRM_TEST_POSTGRES user=$user$1 dbname=$database" -c "$2"
}

# What the server says to LOGIN instead of doing it.
refused() {
    call sql_as "$@"
    [ "$status" != 0 ] && [[ $err == *"ERROR:"*"denied"* || $err == *"row-level security"* || $err == *"must be owner"* ]] && return
    printf 'not refused: %s\n%s%s\n' "$2" "$out" "$err"
    return 1
}

teardown_test() {
    [ -n "${user-}" ] || return 0
    for login in lin chen boss; do
        postgres "$database" -c "DROP OWNED BY $user$login; DROP ROLE $user$login" 2>/dev/null || true
    done
}
