/* SPDX-License-Identifier: MIT */
/* What keeps those who have roles within the journal, whatever they send: what they write belongs
 * to the entry that comes next, and that entry is written with it, right and in their own name.
 *
 * The number of the entry under way is a setting, and a setting is anybody's to change, also in the
 * middle of a statement. So it is compared with the journal where a row is let through, where its
 * image is kept, and again when the transaction ends. Owners are spared: theirs is the database. */
#include "store/postgres.h"

#include "schema/schema.h"
#include "store/journal.h"

/* What policies ask. */
static const char asked_functions[] =
    /* The number of the entry under way; null unless it is the next. */
    "CREATE OR REPLACE FUNCTION crm.access_entry() RETURNS bigint LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT under_way FROM (SELECT CAST(nullif(current_setting('crm.entry', true), '') AS "
    "bigint) AS under_way) AS s "
    "WHERE under_way = (SELECT coalesce(max(id), 0) + 1 FROM crm.journal) $$;"
    "CREATE OR REPLACE FUNCTION crm.access_login() RETURNS text LANGUAGE sql "
    "STABLE " POSTGRES_AS_CALLER
    "AS $$ SELECT s.login FROM crm.staff_access a JOIN crm.staff s ON s.id = a.staff "
    "WHERE a.database_user = current_user $$;"
    /* Whether the entry continues the chain, and covers the images that were kept for it: what
     * journal_end does. */
    "CREATE OR REPLACE FUNCTION crm.access_right_entry(j crm.journal) RETURNS boolean "
    "LANGUAGE sql STABLE " POSTGRES_AS_OWNER "AS $$ "
    "SELECT j.previous_hash = coalesce((SELECT hash FROM journal ORDER BY id DESC LIMIT 1), "
    "'" JOURNAL_NO_HASH "') "
    "AND j.command_digest = encode(sha256(convert_to(j.salt || j.command, 'UTF8')), 'hex') "
    "AND j.images_digest = (SELECT encode(sha256(convert_to(coalesce(string_agg(digest, '' "
    "ORDER BY number), ''), 'UTF8')), 'hex') FROM journal_image WHERE entry = j.id) "
    "AND j.hash = encode(sha256(convert_to(concat_ws(E'\\n', j.previous_hash, j.id, j.happened_at, "
    "j.actor, j.command_digest, j.added, j.images_digest, j.undoes), 'UTF8')), 'hex') $$;"
    /* The highest number of a table, of records there or removed. */
    "CREATE OR REPLACE FUNCTION crm.access_highest(of_table text) RETURNS bigint "
    "LANGUAGE plpgsql STABLE " POSTGRES_AS_OWNER "AS $$ DECLARE highest bigint; BEGIN "
    "EXECUTE format('SELECT greatest((SELECT max(id) FROM crm.%I), "
    "(SELECT last FROM identity WHERE table_name = $1), 0)', of_table) INTO highest "
    "USING of_table; RETURN highest; END $$;";

/* What the triggers of the tables do. */
static const char trigger_functions[] =
    /* Whether the entry removed that very row: see journal.h. Custom fields are text to the
     * journal; what does not hold the entry of a row without number is not even read. */
    "CREATE OR REPLACE FUNCTION crm.access_removed(by_entry bigint, of_kind text, stored jsonb) "
    "RETURNS boolean LANGUAGE sql STABLE " POSTGRES_AS_OWNER "AS $$ "
    "SELECT EXISTS (SELECT 1 FROM (SELECT CAST(before_values AS jsonb) AS kept "
    "FROM journal_image WHERE entry = by_entry AND kind = of_kind AND action = 'removed' "
    "AND record = CAST(stored ->> 'id' AS bigint) "
    "UNION ALL SELECT (SELECT jsonb_object_agg(c.name, coalesce(r.cells -> CAST(c.place - 1 AS "
    "int), (SELECT b.cells -> CAST(c.place - 1 AS int) "
    "FROM jsonb_array_elements(CAST(before_values AS jsonb) -> 'rows') "
    "WITH ORDINALITY AS b (cells, number) WHERE b.number < r.number "
    "AND jsonb_array_length(b.cells) >= c.place ORDER BY b.number DESC LIMIT 1))) "
    "FROM jsonb_array_elements_text(CAST(before_values AS jsonb) -> 'columns') "
    "WITH ORDINALITY AS c (name, place)) "
    "FROM journal_image, jsonb_array_elements(CAST(before_values AS jsonb) -> 'rows') "
    "WITH ORDINALITY AS r (cells, number) "
    "WHERE entry = by_entry AND kind = of_kind AND action = 'removed' AND record IS NULL "
    "AND customer = CAST(stored ->> 'customer' AS bigint) "
    "AND strpos(before_values, ',' || (stored ->> 'entry')) > 0) AS images "
    "WHERE jsonb_strip_nulls(CASE WHEN kept ->> 'custom' IS NULL THEN kept "
    "ELSE kept || jsonb_build_object('custom', CAST(kept ->> 'custom' AS jsonb)) END) "
    "= jsonb_strip_nulls(stored)) $$;"
    /* A row is of the entry that this transaction wrote, or came back by it, which undoes what had
     * removed the row. */
    "CREATE OR REPLACE FUNCTION crm.access_need_entry() RETURNS trigger LANGUAGE "
    "plpgsql " POSTGRES_AS_OWNER "AS $$ DECLARE own bigint; undone bigint; BEGIN "
    "SELECT id, undoes INTO own, undone FROM journal WHERE id = (SELECT max(id) FROM journal) "
    "AND xmin = CAST(pg_current_xact_id() AS xid); "
    "IF own = NEW.entry THEN RETURN NULL; END IF; "
    "IF TG_NARGS > 0 AND undone IS NOT NULL THEN "
    "IF access_removed(undone, TG_ARGV[0], to_jsonb(NEW)) THEN RETURN NULL; END IF; END IF; "
    "RAISE 'permission denied for writing without an entry in the journal' "
    "USING ERRCODE = 'insufficient_privilege'; END $$;"
    "CREATE OR REPLACE FUNCTION crm.access_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE 'permission denied for changing what the journal rests on' "
    "USING ERRCODE = 'insufficient_privilege'; END $$;"
    /* A row that claims to be of the entry under way is of none that there is already. What is
     * removed is looked at when all of it is, as its images are made then. */
    "CREATE OR REPLACE FUNCTION crm.access_refuse_old() RETURNS trigger LANGUAGE "
    "plpgsql " POSTGRES_AS_OWNER "AS $$ "
    "DECLARE number bigint; under_way bigint := nullif(current_setting('crm.entry', true), ''); "
    "BEGIN IF TG_OP = 'INSERT' THEN number := NEW.entry; ELSE number := OLD.entry; END IF; "
    "IF under_way IS NULL OR ((TG_OP <> 'DELETE' OR number = under_way) "
    "AND EXISTS (SELECT 1 FROM journal WHERE id = number)) THEN "
    "RAISE 'permission denied for writing under another entry of the journal' "
    "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL; END $$;";

void postgres_guard_functions(struct buffer *sql)
{
    buffer_text(sql, asked_functions);
    buffer_text(sql, trigger_functions);
}

/* ---- Triggers ---- */

/* Images are kept by a function that runs as the owner: who asked for them is the session's user.
 */
static void trigger_sql(struct buffer *sql, const char *constraint, const char *name,
                        const char *event, const char *table)
{
    buffer_printf(sql,
                  "DROP TRIGGER IF EXISTS %s ON crm.%s;"
                  "CREATE %sTRIGGER %s AFTER %s ON crm.%s",
                  name, table, constraint, name, event, table);
}

static void not_owner_sql(struct buffer *sql, const char *timing, const char *owner)
{
    buffer_printf(sql, " %sFOR EACH ROW WHEN (session_user <> ", timing);
    postgres_literal_sql(sql, owner);
}

/* `kind` for rows that an undo may bring back; else NULL. */
static void need_entry_sql(struct buffer *sql, const char *table, const char *kind,
                           const char *owner)
{
    trigger_sql(sql, "CONSTRAINT ", "staff_needs_entry", "INSERT", table);
    not_owner_sql(sql, "DEFERRABLE INITIALLY DEFERRED ", owner);
    buffer_text(sql, ") EXECUTE FUNCTION crm.access_need_entry(");
    if (kind != NULL)
        postgres_literal_sql(sql, kind);
    buffer_text(sql, ");");
}

/* The columns whose change makes an image. */
static void journaled_columns(struct buffer *sql, const struct kind *kind)
{
    const char *separator = "";
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!field_is_journaled(&kind->fields[i]))
            continue;
        buffer_printf(sql, "%s%s", separator, kind->fields[i].name);
        separator = ", ";
    }
    if (kind->custom)
        buffer_printf(sql, "%scustom", separator);
}

/* A row that its own entry inserted leaves no image, and the setting says which that is. */
static void refuse_old_sql(struct buffer *sql, const struct kind *kind, const char *owner)
{
    struct buffer event cleanup(buffer_release) = {0};
    buffer_text(&event, "UPDATE OF ");
    journaled_columns(&event, kind);
    sql->failed = sql->failed || event.failed;
    if (event.failed)
        return;
    trigger_sql(sql, "", "staff_keeps_images", buffer_string(&event), kind->table);
    not_owner_sql(sql, "", owner);
    buffer_text(sql, " AND (OLD.entry <> nullif(current_setting('crm.entry', true), '')::bigint) "
                     "IS NOT TRUE) EXECUTE FUNCTION crm.access_refuse_old();");
    trigger_sql(sql, "", "staff_keeps_removed", "DELETE", kind->table);
    not_owner_sql(sql, "", owner);
    buffer_text(sql, ") EXECUTE FUNCTION crm.access_refuse_old();");
}

static void refuse_numbers_sql(struct buffer *sql, const struct kind *kind, const char *owner)
{
    bool numbered = kind->cluster == NULL;
    trigger_sql(sql, "", "staff_keeps_numbers",
                numbered ? "UPDATE OF id, entry" : "UPDATE OF entry", kind->table);
    not_owner_sql(sql, "", owner);
    buffer_text(sql, " AND (OLD.entry <> NEW.entry");
    buffer_text(sql, numbered ? " OR OLD.id <> NEW.id" : "");
    buffer_text(sql, ")) EXECUTE FUNCTION crm.access_refuse();");
}

void postgres_guard_kind(struct buffer *sql, const struct kind *kind, const char *owner)
{
    need_entry_sql(sql, kind->table, kind->name, owner);
    refuse_old_sql(sql, kind, owner);
    refuse_numbers_sql(sql, kind, owner);
}

/* ---- The journal ---- */

/* Everybody reads the table and adds to it what `adds` allows; what `removes` says may go again.
 * Nobody but an administrator is to change it: forgetting a person does. */
static void shared_policies_sql(struct buffer *sql, const char *table, const char *adds,
                                const char *removes)
{
    static const char *const names[] = {"staff_reads", "staff_adds", "staff_changes",
                                        "staff_removes"};
    const char *everything = "(SELECT crm.access_everything())";
    buffer_printf(sql, "ALTER TABLE crm.%s ENABLE ROW LEVEL SECURITY;", table);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        buffer_printf(sql, "DROP POLICY IF EXISTS %s ON crm.%s;", names[i], table);
    buffer_printf(sql,
                  "CREATE POLICY staff_reads ON crm.%s FOR SELECT USING (true);"
                  "CREATE POLICY staff_adds ON crm.%s FOR INSERT WITH CHECK (%s);"
                  "CREATE POLICY staff_changes ON crm.%s FOR UPDATE USING (%s);"
                  "CREATE POLICY staff_removes ON crm.%s FOR DELETE USING (%s%s);",
                  table, table, adds, table, everything, table, everything, removes);
}

/* Which reminders were given and what was merged leaves no image: taking back is for whoever noted
 * it. */
void postgres_guard_journal(struct buffer *sql, const char *owner)
{
    shared_policies_sql(sql, "journal",
                        "id = (SELECT crm.access_entry()) AND actor = (SELECT crm.access_login()) "
                        "AND crm.access_right_entry(journal.*)",
                        "");
    shared_policies_sql(sql, "merged_record",
                        "entry = (SELECT crm.access_entry()) AND (SELECT crm.access_everything())",
                        "");
    need_entry_sql(sql, "merged_record", NULL, owner);
    shared_policies_sql(sql, "reminder_given", "entry = (SELECT crm.access_entry())",
                        " OR EXISTS (SELECT 1 FROM crm.journal j WHERE j.id = "
                        "reminder_given.entry AND j.actor = (SELECT crm.access_login()))");
    need_entry_sql(sql, "reminder_given", NULL, owner);
    need_entry_sql(sql, "journal_image", NULL, owner);
    trigger_sql(sql, "", "staff_keeps_images", "INSERT", "journal_image");
    not_owner_sql(sql, "", owner);
    buffer_text(sql, ") EXECUTE FUNCTION crm.access_refuse_old();");
}
