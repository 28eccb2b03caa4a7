#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What members of the staff try with psql, to see or write what their roles do not allow: each of
# these once did, or might have.

load helper
load team

# entry_of NUMBER LOGIN [UNDOES]: a right entry of the journal, of what left no image.
entry_of() {
    printf '%s\n' "INSERT INTO crm.journal (id, happened_at, actor, command, salt, command_digest, added, images_digest, undoes, previous_hash, hash)
        SELECT $1, happened_at, '$2', 'c', 's', d, '{}', i, CAST(${3-NULL} AS bigint), hash,
        encode(sha256(convert_to(concat_ws(E'\n', hash, $1, happened_at, '$2', d, '{}', i, CAST(${3-NULL} AS bigint)), 'UTF8')), 'hex')
        FROM crm.journal, encode(sha256('sc'), 'hex') AS d, encode(sha256(''), 'hex') AS i ORDER BY id DESC LIMIT 1"
}

# attack LOGIN SQL ROLE: a session that ends as it may; the role is what it was.
attack() {
    psql -qXAt -d "host=$CRM_TEST_POSTGRES user=$user$1 dbname=$database" -c "$2" >/dev/null 2>&1 || true
    [ "$(postgres "$database" -c "SELECT role FROM crm.staff_access WHERE database_user = '$user$1'")" = "$3" ] && return
    printf 'became another: %s\n' "$2"
    return 1
}

@test "temporary objects take the place of nobody's" {
    team
    grant lin --role manager
    grant chen --role reader --department none
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    promote="UPDATE crm.staff_access SET role = 'administrator'"
    attack chen "CREATE FUNCTION pg_temp.evil() RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN $promote; RETURN 'x'; END \$\$;
        CREATE TEMP VIEW journal AS SELECT 1::bigint AS id, pg_temp.evil() AS hash;
        GRANT ALL ON journal TO PUBLIC;
        SELECT crm.access_right_entry(j) FROM crm.journal j LIMIT 1" reader
    attack lin "CREATE TEMP TABLE journal_image (LIKE crm.journal_image);
        GRANT ALL ON journal_image TO PUBLIC;
        CREATE FUNCTION pg_temp.evil() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN $promote; RETURN NEW; END \$\$;
        CREATE TRIGGER t BEFORE INSERT ON journal_image FOR EACH ROW EXECUTE FUNCTION pg_temp.evil();
        SET crm.entry = $next;
        UPDATE crm.customer SET phone = '666' WHERE key = 'acme'" manager
    # A table that swallows the image of what is changed.
    refused lin "BEGIN; CREATE TEMP TABLE journal_image (LIKE crm.journal_image);
        GRANT ALL ON journal_image TO PUBLIC;
        SET LOCAL crm.entry = $next;
        UPDATE crm.customer SET phone = '666' WHERE key = 'acme';
        $(entry_of "$next" lin);
        COMMIT"
    # All that is named in the functions of the schema, at once.
    views=$(postgres "$database" -c "SELECT string_agg(format('CREATE TEMP VIEW %I AS SELECT *, pg_temp.evil() AS evil FROM crm.%I; GRANT ALL ON %I TO PUBLIC;', relname, relname, relname), ' ')
        FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'")
    attack lin "CREATE FUNCTION pg_temp.evil() RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN $promote; RETURN 'x'; END \$\$;
        $views
        SELECT crm.next_contact();
        SET crm.entry = $next;
        UPDATE crm.customer SET phone = '666' WHERE key = 'acme';
        DELETE FROM crm.order_line" manager
    [ "$(owner show acme --fields phone)" = '{"phone":null}' ]
    owner check >/dev/null
}

@test "an operator of one's own decides about no rights" {
    team
    grant lin --role manager
    grant chen --role reader --department none
    for login in lin chen; do
        postgres "$database" -c "CREATE SCHEMA s_$login AUTHORIZATION $user$login"
        for types in "name, name" "text, text" "bigint, bigint" "boolean, boolean"; do
            sql_as "$login" "CREATE FUNCTION s_$login.yes($types) RETURNS boolean LANGUAGE sql AS 'SELECT true'"
            sql_as "$login" "CREATE OPERATOR s_$login.= (FUNCTION = s_$login.yes, LEFTARG = ${types%,*}, RIGHTARG = ${types#*,})"
        done
        sql_as "$login" "CREATE FUNCTION s_$login.coalesced(boolean) RETURNS boolean LANGUAGE sql AS 'SELECT true';
            CREATE AGGREGATE s_$login.bool_or(boolean) (SFUNC = s_$login.yes, STYPE = boolean, INITCOND = true)"
    done
    grant boss --role administrator
    [ "$(sql_as chen "SET search_path = s_chen, pg_catalog; SELECT count(*) FROM crm.customer")" = 2 ]
    [ "$(sql_as lin "SET search_path = s_lin, pg_catalog; SELECT count(*) FROM crm.customer")" = 3 ]
    refused lin "SET search_path = s_lin, pg_catalog; SET crm.entry = 1;
        INSERT INTO crm.contact (id, customer, name, entry) VALUES (78, 1, 'Spy', 1)"
}

@test "what makes images and numbers serves no table but the book's" {
    team
    grant lin --role manager
    grant chen --role reader
    for function in $(postgres "$database" -c "SELECT proname FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND prorettype = 'trigger'::regtype ORDER BY 1"); do
        for login in lin chen; do
            refused "$login" "CREATE TEMP TABLE t (LIKE crm.contact); CREATE TRIGGER x AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION crm.$function()"
        done
    done
    refused chen "CREATE TEMP TABLE t (id bigint); INSERT INTO t VALUES (9223372036854775807);
        CREATE TRIGGER x AFTER DELETE ON t REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION crm.retire_customer();
        DELETE FROM t"
    for login in lin chen; do
        refused "$login" "SELECT crm.keep_image('customer', 1, 1, '{}', '{}')"
    done
    call owner add "Epsilon" --fields key
    expect 0 '{"key":"epsilon"}' ""
    call as lin edit acme --phone 021 --fields key
    expect 0 '{"key":"acme"}' ""
    owner check >/dev/null
}

@test "no member uses up the numbers of records" {
    team
    grant lin --role manager
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    entry=$(entry_of "$next" lin)
    for number in 9223372036854775807 1000000000000; do
        refused lin "BEGIN; SET LOCAL crm.entry = $next; INSERT INTO crm.contact (id, customer, name, entry) VALUES ($number, 1, 'Last', $next); $entry; COMMIT"
        refused lin "BEGIN; SET LOCAL crm.entry = $next; INSERT INTO crm.customer (id, key, name, entry) VALUES ($number, 'last', 'Last', $next); $entry; COMMIT"
        refused lin "BEGIN; SET LOCAL crm.entry = $next; SET LOCAL crm.next_contact = $((number - 1));
            INSERT INTO crm.contact (customer, name, entry) VALUES (1, 'Last', $next); $entry; COMMIT"
    done
    call owner add "Epsilon" --fields key
    expect 0 '{"key":"epsilon"}' ""
}

@test "a manager takes back that he removed an order with lines" {
    team
    grant lin --role manager
    before=$(owner export order && owner export line)
    as lin remove order A-1 >/dev/null
    [ "$(owner export order | wc -l)" = 1 ]
    call as lin undo --fields what
    expect 0 '{"what":{"order":{"removed":1},"line":{"removed":1}}}' ""
    [ "$(owner export order && owner export line)" = "$before" ]
    # Not under an entry that had added no such line.
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    refused lin "SET crm.entry = $next; INSERT INTO crm.order_line SELECT (jsonb_populate_record(l, jsonb_build_object('entry', 1, 'line_number', 9))).* FROM crm.order_line l"
    owner check >/dev/null
}

@test "a manager takes back what was removed while the book was a file" {
    need_postgres
    address=$(new_database)
    database=$(basename "${address%%\?*}")
    user=u${BASHPID}_
    env -u CRM_DATABASE "$CRM_PROGRAM" init file >/dev/null
    file() {
        env -u CRM_DATABASE "$CRM_PROGRAM" --book file "$@" >/dev/null
    }
    file add staff "Lin Yue" --login lin
    file add "Acme" --owner lin
    file add order A-1 --customer acme --ordered-on 2026-01-06
    for number in 1 2 3; do
        file add line --customer acme --order-ref A-1 --line-number "$number" --amount "$number.5"
    done
    file remove order A-1
    file copy file book --database "$address"
    grant lin --role manager
    call as lin undo --fields what
    expect 0 '{"what":{"order":{"removed":1},"line":{"removed":3}}}' ""
    [ "$(owner export line | jq -c .amount | paste -sd ' ')" = "1.5 2.5 3.5" ]
    owner check >/dev/null
}

@test "who has a role is not removed, merged or forgotten before it is taken back" {
    team
    owner add staff "Old One" --login old >/dev/null
    added=$(postgres "$database" -c "SELECT entry FROM crm.staff WHERE login = 'old'")
    owner staff grant old --role administrator --database-user "${user}lin" >/dev/null
    grant boss --role administrator
    for words in "remove staff old" "merge staff old chen" "forget staff old --reason gone" "undo $added"; do
        for who in owner "as boss"; do
            # shellcheck disable=SC2086
            call $who $words
            expect 4 "" $'crm: old has a role in the database: administrator\nhint: take it back first: crm staff revoke old'
        done
    done
    [ "$(owner staff list --fields staff --format csv | paste -sd ' ')" = "staff boss old" ]
    owner staff revoke old
    refused lin "SELECT name FROM crm.customer"
    owner remove staff old >/dev/null
    owner undo >/dev/null
    brought=$(sql_as boss "SELECT max(id) FROM crm.journal")
    owner staff grant old --role administrator --database-user "${user}lin" >/dev/null
    call owner undo "$brought"
    expect 4 "" $'crm: old has a role in the database: administrator\nhint: take it back first: crm staff revoke old'
    owner staff revoke old
    call owner forget staff old --reason gone
    [ "$status" = 0 ]
    owner check >/dev/null
}

@test "nothing is removed without an image, whatever the statement does behind itself" {
    team
    grant lin --role manager
    grant boss --role administrator
    before=$(owner export customer && owner export contact && owner export line)
    next=$(($(sql_as lin "SELECT max(id) FROM crm.journal") + 1))
    entry=$(entry_of "$next" lin)
    for value in "entry::text" "''" "'1'" "'999'" "'$((next - 1))'"; do
        refused lin "BEGIN; SET LOCAL crm.entry = $next;
            DELETE FROM crm.order_line RETURNING set_config('crm.entry', $value, false); SET LOCAL crm.entry = $next; $entry; COMMIT"
        refused boss "BEGIN; SET LOCAL crm.entry = $next;
            DELETE FROM crm.contact RETURNING set_config('crm.entry', $value, false); SET LOCAL crm.entry = $next; ${entry//lin/boss}; COMMIT"
    done
    [ "$(owner export customer && owner export contact && owner export line)" = "$before" ]
    owner check >/dev/null
}

@test "what comes back is what an undo of its removal brings back, and as it was" {
    team
    grant lin --role manager
    as lin remove order A-1 >/dev/null
    as lin remove contact P-2 >/dev/null
    removed=$(sql_as lin "SELECT max(id) FROM crm.journal")
    next=$((removed + 1))
    entry=$(entry_of "$next" lin)
    back="INSERT INTO crm.contact (id, customer, name, entry) VALUES (2, 1, 'NAME', (SELECT CAST(CAST(before_values AS json) ->> 'entry' AS bigint)
        FROM crm.journal_image WHERE kind = 'contact' AND action = 'removed'))"
    # Under no entry, under one that undoes nothing, under one that undoes another.
    refused lin "SET crm.entry = $next; ${back/NAME/Ann}"
    refused lin "BEGIN; SET LOCAL crm.entry = $next; ${back/NAME/Ann}; $entry; COMMIT"
    # Another than had been removed.
    refused lin "BEGIN; SET LOCAL crm.entry = $next; ${back/NAME/Spy}; $(entry_of "$next" lin "$removed"); COMMIT"
    refused lin "BEGIN; SET LOCAL crm.entry = $next; ${back/NAME/Ann}; $(entry_of "$next" lin $((removed - 1))); COMMIT"
    [ "$(owner export contact | wc -l)" = 1 ]
    call as lin undo --fields what
    expect 0 '{"what":{"contact":{"removed":1}}}' ""
    # Nobody but an administrator says what was merged into what: forgetting goes by it.
    next=$((next + 1))
    refused lin "BEGIN; SET LOCAL crm.entry = $next; INSERT INTO crm.merged_record VALUES ('contact', 1, 2, $next); $(entry_of "$next" lin); COMMIT"
    owner check >/dev/null
}

# How many functions are as an older crm made them: with temporary objects before the book's, or
# for everybody to call.
old_functions() {
    postgres "$database" -c "SELECT count(*) FROM pg_proc WHERE pronamespace = 'crm'::regnamespace
        AND ('search_path=crm, pg_catalog' = ANY (proconfig)
            OR (prorettype = 'trigger'::regtype AND has_function_privilege('public', oid, 'EXECUTE')))"
}

make_old() {
    postgres "$database" -c "DO \$\$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND prosecdef LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = crm, pg_catalog', f);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', f);
        END LOOP; END \$\$;
        COMMENT ON TABLE crm.staff_access IS NULL;
        ALTER TABLE crm.staff_access DROP CONSTRAINT staff_access_staff_fkey,
            ADD CONSTRAINT staff_access_staff_fkey FOREIGN KEY (staff) REFERENCES crm.staff ON DELETE CASCADE"
}

@test "a book of an older crm gets the guards of this one by the owner's next write" {
    team
    grant lin --role manager
    [ "$(old_functions)" = 0 ]
    make_old
    [ "$(old_functions)" -gt 20 ]
    as lin edit acme --phone 1 >/dev/null
    owner list >/dev/null
    owner edit acme --phone 2 --dry-run >/dev/null
    [ "$(old_functions)" -gt 20 ]
    owner edit acme --phone 2 >/dev/null
    [ "$(old_functions)" = 0 ]
    [ "$(postgres "$database" -c "SELECT confdeltype FROM pg_constraint WHERE conname = 'staff_access_staff_fkey'")" = a ]
    make_old
    grant chen --role reader
    [ "$(old_functions)" = 0 ]
    as lin edit acme --phone 3 >/dev/null
    # A role given by one who may do as the owner leaves nothing of his.
    boss=${user}boss
    postgres "$database" -c "CREATE ROLE $boss LOGIN SUPERUSER"
    as boss staff grant lin --role manager --database-user "${user}lin" >/dev/null
    [ "$(postgres "$database" -c "SELECT count(*) FROM pg_proc WHERE pronamespace = 'crm'::regnamespace AND proowner <> 'crm'::regrole")" = 0 ]
    as lin edit acme --phone 4 >/dev/null
    owner check >/dev/null
}

@test "no role is given to a user whom none would bind" {
    team
    postgres "$database" -c "CREATE ROLE ${user}lin LOGIN BYPASSRLS; CREATE ROLE ${user}boss LOGIN IN ROLE crm"
    for name in crm "${user}lin" "${user}boss"; do
        call owner staff grant lin --role reader --database-user "$name"
        expect 4 "" "crm: the database's user '$name' is bound by no role: he owns the book, or stands above its rights"$'\nhint: name another --database-user, or have those rights taken back'
    done
    call owner staff list
    expect 0 "" ""
}
