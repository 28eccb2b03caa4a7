/* SPDX-License-Identifier: MIT */
/* The journal on PostgreSQL: triggers keep the images of what is changed and removed, whoever
 * writes; what an entry inserted is counted at its end by the index on `entry`. */
#include "store/postgres.h"

#include "store/journal.h"

#include <stdio.h>
#include <string.h>

/* ---- Triggers ---- */

/* One image of a change. The entry under way and the number of the last image are settings of the
 * transaction; without an entry nothing is kept, as when a book is copied. */
const char postgres_image_function[] =
    "CREATE OR REPLACE FUNCTION crm.keep_image(kind_name text, id bigint, owner bigint, "
    "old_values text, new_values text) RETURNS void LANGUAGE plpgsql " POSTGRES_AS_OWNER "AS $$ "
    "DECLARE under_way bigint := current_setting('crm.entry'); "
    "place bigint := coalesce(nullif(current_setting('crm.image', true), ''), '0'); "
    "grain text := replace(gen_random_uuid()::text, '-', ''); "
    "BEGIN "
    "place := place + 1; "
    "PERFORM set_config('crm.image', place::text, true); "
    "INSERT INTO journal_image (entry, number, kind, record, customer, action, row_count, "
    "before_values, after_values, salt, digest) VALUES (under_way, place, kind_name, id, owner, "
    "'changed', 1, old_values, new_values, grain, "
    "encode(sha256(convert_to(concat_ws(E'\\n', grain, kind_name, "
    "coalesce(id::text, ''), 'changed', old_values, new_values), 'UTF8')), 'hex')); "
    "END $$;";

crm_status postgres_create_journal(struct store *store)
{
    return postgres_execute(store, postgres_image_function);
}

static bool is_stored(const struct field *field)
{
    return field->expression == NULL;
}

static bool is_journaled(const struct field *field)
{
    return field_is_journaled(field);
}

static bool is_key(const struct kind *kind, const struct field *field)
{
    return kind_is_clustered_by(kind, field->name);
}

/* A value as JSON. Custom fields are text to the journal, whose bytes are kept. */
static void json_sql(struct buffer *sql, const char *row, const char *column)
{
    bool custom = strcmp(column, "custom") == 0;
    buffer_printf(sql, "to_json(%s.%s%s)::text", row, column, custom ? "::text" : "");
}

/* For each stored column, in order; the first one apart from the others. */
static void each_stored(struct buffer *sql, const struct kind *kind,
                        void (*put)(struct buffer *sql, const char *column, bool first))
{
    bool first = true;
    if (kind->cluster == NULL) {
        put(sql, "id", first);
        first = false;
    }
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!is_stored(&kind->fields[i]))
            continue;
        put(sql, kind->fields[i].name, first);
        first = false;
    }
    if (kind->custom)
        put(sql, "custom", first);
    put(sql, "entry", false);
}

/* A member that vanishes when its column is null. */
static void row_member(struct buffer *sql, const char *column, bool first)
{
    (void)first;
    buffer_printf(sql, ", '\"%s\":' || ", column);
    json_sql(sql, "g", column);
}

/* Whether any of the rows has a value in the column. */
static void used_column(struct buffer *sql, const char *column, bool first)
{
    buffer_printf(sql, "%scount(g.%s) > 0 AS %s", first ? "" : ", ", column, column);
}

static void used_name(struct buffer *sql, const char *column, bool first)
{
    buffer_printf(sql, "%sCASE WHEN count(g.%s) > 0 THEN '\"%s\"' END", first ? "" : ", ", column,
                  column);
}

/* A value of a row, where the column is used. */
static void row_value(struct buffer *sql, const char *column, bool first)
{
    buffer_printf(sql, "%sCASE WHEN u.%s THEN coalesce(", first ? "" : ", ", column);
    json_sql(sql, "g", column);
    buffer_text(sql, ", 'null') END");
}

static void differs_sql(struct buffer *sql, const char *column)
{
    const char *cast = strcmp(column, "custom") == 0 ? "::text" : "";
    buffer_printf(sql, "OLD.%s%s IS DISTINCT FROM NEW.%s%s", column, cast, column, cast);
}

/* A member that vanishes when its column is as it was. */
static void changed_member(struct buffer *sql, const char *row, const char *column, bool always)
{
    buffer_text(sql, ", ");
    if (!always) {
        buffer_text(sql, "CASE WHEN ");
        differs_sql(sql, column);
        buffer_text(sql, " THEN ");
    }
    buffer_printf(sql, "'\"%s\":' || coalesce(", column);
    json_sql(sql, row, column);
    buffer_text(sql, always ? ", 'null')" : ", 'null') END");
}

static void changed_row(struct buffer *sql, const struct kind *kind, const char *row)
{
    buffer_text(sql, "'{' || concat_ws(','");
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (is_journaled(field) || is_key(kind, field))
            changed_member(sql, row, field->name, is_key(kind, field));
    }
    if (kind->custom)
        changed_member(sql, row, "custom", false);
    buffer_text(sql, ") || '}'");
}

/* Whom the row belonged to; what it is part of may have gone in the same entry, and left an image.
 */
static void customer_sql(struct buffer *sql, const struct kind *kind, const char *row)
{
    const struct field *part = kind->part_of == NULL ? NULL : kind_field(kind, kind->part_of);
    if (kind == &kind_customer) {
        buffer_printf(sql, "%s.id", row);
    } else if (kind_field(kind, "customer") != NULL) {
        buffer_printf(sql, "%s.customer", row);
    } else if (part != NULL) {
        const struct kind *whole = schema_kind(part->reference);
        buffer_printf(sql,
                      "coalesce((SELECT w.customer FROM %s w WHERE w.id = %s.%s), "
                      "(SELECT i.customer FROM journal_image i WHERE i.kind = '%s' "
                      "AND i.record = %s.%s AND i.entry = current_setting('crm.entry')::bigint "
                      "AND i.action = 'removed'))",
                      whole->table, row, part->name, whole->name, row, part->name);
    } else {
        buffer_text(sql, "NULL::bigint");
    }
}

static void changed_function_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_printf(sql,
                  "CREATE OR REPLACE FUNCTION crm.keep_changed_%s() RETURNS trigger "
                  "LANGUAGE plpgsql " POSTGRES_AS_OWNER "AS $$ BEGIN "
                  "PERFORM keep_image('%s', %s, ",
                  kind->table, kind->name, kind->cluster == NULL ? "OLD.id" : "NULL");
    customer_sql(sql, kind, "OLD");
    buffer_text(sql, ", ");
    changed_row(sql, kind, "OLD");
    buffer_text(sql, ", ");
    changed_row(sql, kind, "NEW");
    buffer_text(sql, "); RETURN NULL; END $$;");
}

/* Removed records, each with its values: `place`, `id`, `owner`, `members` and `row_count`. */
static void removed_records_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_text(sql, "SELECT row_number() OVER (ORDER BY g.id) AS place, g.id AS id, ");
    customer_sql(sql, kind, "g");
    buffer_text(sql, " AS owner, '{' || concat_ws(','");
    each_stored(sql, kind, row_member);
    buffer_text(sql, ") || '}' AS members, 1 AS row_count FROM gone g WHERE g.entry <> under_way");
}

/* The same of rows without id, those of one customer together. */
static void removed_rows_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_text(sql, "WITH used AS (SELECT ");
    each_stored(sql, kind, used_column);
    buffer_text(sql, ", concat_ws(',', ");
    each_stored(sql, kind, used_name);
    buffer_text(sql, ") AS names FROM gone g WHERE g.entry <> under_way) "
                     "SELECT row_number() OVER (ORDER BY owner, block) AS place, "
                     "NULL::bigint AS id, owner, ");
    buffer_printf(sql,
                  "'{\"columns\":[' || names || '],\"rows\":[' || "
                  "string_agg(one, ',' ORDER BY %s) || ']}' AS members, count(*) AS row_count "
                  "FROM (SELECT r.*, sum(octet_length(one)) OVER (PARTITION BY owner ORDER BY %s) "
                  "/ %d AS block FROM (SELECT g.*, u.names, ",
                  kind->cluster, kind->cluster, JOURNAL_ROWS_TEXT);
    customer_sql(sql, kind, "g");
    buffer_text(sql, " AS owner, concat('[', concat_ws(',', ");
    each_stored(sql, kind, row_value);
    buffer_text(sql, "), ']') AS one FROM gone g CROSS JOIN used u WHERE g.entry <> under_way) r) "
                     "b GROUP BY owner, block, names");
}

/* All that one statement removed at once: row by row the server takes several times as long. */
static void removed_function_sql(struct buffer *sql, const struct kind *kind)
{
    buffer_printf(
        sql,
        "CREATE OR REPLACE FUNCTION crm.keep_removed_%s() RETURNS trigger LANGUAGE "
        "plpgsql " POSTGRES_AS_OWNER "AS $$ "
        "DECLARE under_way bigint := nullif(current_setting('crm.entry', true), ''); "
        "numbered bigint := coalesce(nullif(current_setting('crm.image', true), ''), '0'); "
        "kept bigint; "
        "BEGIN IF under_way IS NULL THEN RETURN NULL; END IF; "
        "INSERT INTO journal_image (entry, number, kind, record, customer, action, "
        "row_count, before_values, salt, digest) "
        "SELECT under_way, numbered + s.place, '%s', s.id, s.owner, 'removed', "
        "s.row_count, s.members, s.grain, "
        "encode(sha256(convert_to(concat_ws(E'\\n', s.grain, '%s', "
        "coalesce(s.id::text, ''), 'removed', s.members, ''), 'UTF8')), 'hex') "
        "FROM (SELECT m.*, replace(gen_random_uuid()::text, '-', '') AS grain FROM (",
        kind->table, kind->name, kind->name);
    if (kind->cluster == NULL)
        removed_records_sql(sql, kind);
    else
        removed_rows_sql(sql, kind);
    buffer_text(sql, ") m) s; GET DIAGNOSTICS kept = ROW_COUNT; "
                     "PERFORM set_config('crm.image', (numbered + kept)::text, true); "
                     "RETURN NULL; END $$;");
}

/* Under an entry, and not of a row that it inserted itself: taking the entry back removes that. */
#define OF_ANOTHER_ENTRY "OLD.entry <> nullif(current_setting('crm.entry', true), '')::bigint"

/* For each of the columns that make an image, `put` behind the separator. */
static void each_column(struct buffer *sql, const struct kind *kind, const char *separator,
                        void (*put)(struct buffer *sql, const char *column))
{
    const char *before = "";
    for (size_t i = 0; i < kind->field_count; i++) {
        if (!is_journaled(&kind->fields[i]))
            continue;
        buffer_text(sql, before);
        put(sql, kind->fields[i].name);
        before = separator;
    }
    if (kind->custom) {
        buffer_text(sql, before);
        put(sql, "custom");
    }
}

/* An update of derived columns alone does not even look at the condition, whose reading costs the
 * server more than the update. */
static void triggers_sql(struct buffer *sql, const struct kind *kind)
{
    const char *table = kind->table;
    buffer_printf(sql,
                  "CREATE TRIGGER keep_removed AFTER DELETE ON crm.%s REFERENCING OLD TABLE AS "
                  "gone FOR EACH STATEMENT EXECUTE FUNCTION crm.keep_removed_%s();"
                  "CREATE TRIGGER keep_changed AFTER UPDATE OF ",
                  table, table);
    each_column(sql, kind, ", ", buffer_text);
    buffer_printf(sql, " ON crm.%s FOR EACH ROW WHEN (" OF_ANOTHER_ENTRY " AND (", table);
    each_column(sql, kind, " OR ", differs_sql);
    buffer_printf(sql, ")) EXECUTE FUNCTION crm.keep_changed_%s();", table);
}

void postgres_image_functions(struct buffer *sql, const struct kind *kind)
{
    removed_function_sql(sql, kind);
    changed_function_sql(sql, kind);
}

crm_status postgres_keep_images(struct store *store, const struct kind *kind)
{
    struct buffer sql cleanup(buffer_release) = {0};
    postgres_image_functions(&sql, kind);
    triggers_sql(&sql, kind);
    return sql.failed ? error_no_memory(store->error)
                      : postgres_execute(store, buffer_string(&sql));
}

crm_status postgres_index_entry(struct store *store, const struct kind *kind)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_printf(&sql, "CREATE INDEX %s_entry ON crm.%s (entry)", kind->table, kind->table);
    return sql.failed ? error_no_memory(store->error)
                      : postgres_execute(store, buffer_string(&sql));
}

/* ---- The entry ---- */

/* The setting travels with the entry's first statement. */
crm_status postgres_journal_begin(struct store *store, int64_t entry)
{
    struct postgres *postgres = postgres_of(store);
    (void)snprintf(postgres->entry, sizeof postgres->entry,
                   "SELECT set_config('crm.entry', '%lld', true)", (long long)entry);
    memset(postgres->inserted, 0, sizeof postgres->inserted);
    return postgres_open_with(store, postgres->entry);
}

/* Kinds whose rows carry their entry, in the order of `added`. */
static const struct kind *counted_kind(size_t place)
{
    if (place < schema_kind_count)
        return schema_kinds[place];
    place -= schema_kind_count;
    for (size_t i = 0; i < schema_internal_kind_count; i++)
        if (journal_counts(schema_internal_kinds[i]) && place-- == 0)
            return schema_internal_kinds[i];
    return NULL;
}

void postgres_note_insertion(struct postgres *postgres, const char *table)
{
    size_t length = strcspn(table, " (");
    const struct kind *kind;
    for (size_t i = 0; i < POSTGRES_COUNTED && (kind = counted_kind(i)) != NULL; i++)
        if (strlen(kind->table) == length && strncmp(kind->table, table, length) == 0)
            postgres->inserted[i] = true;
}

/* What orders a kind's rows in `added`. */
static const char *place_column(const struct kind *kind)
{
    return kind->cluster == NULL ? "id" : kind_field(kind, "customer") != NULL ? "customer" : "0";
}

/* One row for each table that was inserted into, and the digest of the images first of all. */
static void end_sql(const struct postgres *postgres, struct buffer *sql)
{
    buffer_text(sql, "SELECT -1, 0, 0, 0, encode(sha256(convert_to(coalesce(string_agg(digest, '' "
                     "ORDER BY number), ''), 'UTF8')), 'hex') FROM journal_image WHERE entry = $1");
    for (size_t i = 0; i < POSTGRES_COUNTED; i++) {
        if (!postgres->inserted[i])
            continue;
        const struct kind *kind = counted_kind(i);
        const char *column = place_column(kind);
        buffer_printf(sql,
                      " UNION ALL SELECT %zu, count(*), min(%s), max(%s), NULL FROM %s "
                      "WHERE entry = $1",
                      i, column, column, kind->table);
    }
    buffer_text(sql, " ORDER BY 1");
}

static void put_row(const struct postgres_library *pq, const PGresult *result, int row,
                    struct buffer *added, char images_digest[DIGEST_TEXT])
{
    int64_t numbers[4];
    for (int column = 0; column < 4; column++)
        numbers[column] = postgres_value(pq, result, row, column).integer;
    if (numbers[0] < 0)
        (void)snprintf(images_digest, DIGEST_TEXT, "%s", pq->PQgetvalue(result, row, 4));
    else if (numbers[1] > 0)
        journal_put_added(added, counted_kind((size_t)numbers[0]), numbers[1], numbers[2],
                          numbers[3]);
}

crm_status postgres_journal_end(struct store *store, struct buffer *added,
                                char images_digest[DIGEST_TEXT])
{
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    struct buffer sql cleanup(buffer_release) = {0};
    const struct value entry = value_integer(store->journal.entry);
    PGresult *result = NULL;
    end_sql(postgres, &sql);
    if (sql.failed)
        return error_no_memory(store->error);
    crm_status status = postgres_run(store, buffer_string(&sql), &entry, 1, false, &result);
    if (status != CRM_OK)
        return status;
    buffer_character(added, '{');
    for (int row = 0; row < pq->PQntuples(result); row++)
        put_row(pq, result, row, added, images_digest);
    buffer_character(added, '}');
    pq->PQclear(result);
    return added->failed ? error_no_memory(store->error) : CRM_OK;
}
