/* SPDX-License-Identifier: MIT */
/* What PostgreSQL needs beside the tables: the schema, folding of letters, and numbers for records
 * that roll back with their transaction. */
#include "store/postgres.h"

#include "schema/schema.h"
#include "store/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- State of the database ---- */

static crm_status one_value(struct store *store, struct arena *arena, const char *sql,
                            struct value *out)
{
    *out = value_null();
    return store_row_values(store, arena, sql, NULL, 0, out, 1);
}

crm_status postgres_is_blank(struct store *store, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value tables;
    crm_status status = one_value(store, &arena,
                                  "SELECT count(*) FROM pg_class "
                                  "WHERE relnamespace = to_regnamespace('crm')",
                                  &tables);
    *out = status == CRM_OK && tables.integer == 0;
    return status;
}

/* The version stands in the schema's comment, which takes no right to read and rolls back. */
#define COMMENT_BEGIN "customer book of crm, schema version "

crm_status postgres_schema_version(struct store *store, int *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct postgres *postgres = postgres_of(store);
    struct value facts[4] = {value_null(), value_null(), value_null(), value_null()};
    crm_status status = store_row_values(
        store, &arena,
        "SELECT obj_description(n, 'pg_namespace'), "
        "CASE WHEN has_schema_privilege(n, 'USAGE') THEN NULL ELSE CAST(current_user AS text) END, "
        "CASE WHEN c.oid IS NULL THEN 0 ELSE 1 END, " POSTGRES_GUARDS_SQL " "
        "FROM (SELECT CAST(to_regnamespace('crm') AS oid) AS n) AS x "
        "LEFT JOIN pg_class c ON c.relnamespace = n AND c.relname = 'staff_access'",
        NULL, 0, facts, 4);
    postgres->roles = status == CRM_OK && facts[2].integer > 0;
    postgres->unguarded =
        postgres->roles && facts[3].type == VALUE_INTEGER && facts[3].integer < POSTGRES_GUARDS;
    bool known = status == CRM_OK && facts[0].type == VALUE_TEXT &&
                 strncmp(facts[0].text, COMMENT_BEGIN, sizeof COMMENT_BEGIN - 1) == 0;
    *out = known ? (int)strtol(facts[0].text + sizeof COMMENT_BEGIN - 1, NULL, 10) : 0;
    if (!known || value_is_null(&facts[1]))
        return status;
    error_set(store->error, CRM_READONLY, _("the database's user '%s' has no role in the book"),
              facts[1].text);
    return error_hint(store->error, _("the book's owner gives one: crm staff grant"));
}

crm_status postgres_set_schema_version(struct store *store, int version)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql, "COMMENT ON SCHEMA crm IS '" COMMENT_BEGIN "%d'", version);
    return postgres_execute(store, sql);
}

/* ---- Making ---- */

const struct kind *postgres_table(size_t place)
{
    return place < schema_kind_count ? schema_kinds[place]
                                     : schema_internal_kinds[place - schema_kind_count];
}

size_t postgres_table_count(void)
{
    return schema_kind_count + schema_internal_kind_count;
}

/* The highest number of a removed record, by table. Numbers come from no sequence: that would not
 * take back the number of a write that was refused or tried with --dry-run. */
static const char identity_table[] =
    "CREATE TABLE crm.identity (table_name text PRIMARY KEY, last bigint NOT NULL)";

crm_status postgres_begin_schema(struct store *store)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value schema;
    crm_status status =
        one_value(store, &arena, "SELECT CAST(to_regnamespace('crm') AS text)", &schema);
    if (status == CRM_OK && value_is_null(&schema))
        status = postgres_execute(store, "CREATE SCHEMA crm");
    if (status == CRM_OK)
        status = postgres_create_fold(store);
    if (status == CRM_OK)
        status = postgres_execute(store, identity_table);
    return status == CRM_OK ? postgres_create_journal(store) : status;
}

/* The next number: after the last row, after those that this transaction gave already, and after
 * any that was removed from a table whose numbers are never given again. */
void postgres_number_functions(struct buffer *sql, const struct kind *kind)
{
    const char *table = kind->table;
    buffer_printf(sql,
                  "CREATE OR REPLACE FUNCTION crm.next_%s() RETURNS bigint LANGUAGE "
                  "plpgsql " POSTGRES_AS_OWNER "AS $$ DECLARE number bigint := greatest("
                  "(SELECT max(id) FROM %s), nullif(current_setting('crm.next_%s', true), '')"
                  "::bigint, (SELECT last FROM identity WHERE table_name = '%s'), 0) + 1; "
                  "BEGIN PERFORM set_config('crm.next_%s', number::text, true); "
                  "RETURN number; END $$;",
                  table, table, table, table, table);
    if (kind_is_lasting(kind))
        buffer_printf(sql,
                      "CREATE OR REPLACE FUNCTION crm.retire_%s() RETURNS trigger "
                      "LANGUAGE plpgsql " POSTGRES_AS_OWNER "AS $$ BEGIN "
                      "UPDATE identity SET last = (SELECT max(id) FROM gone) "
                      "WHERE table_name = '%s' AND last < (SELECT max(id) FROM gone); "
                      "RETURN NULL; END $$;",
                      table, table);
}

static crm_status number_table(struct store *store, const struct kind *kind)
{
    struct buffer sql cleanup(buffer_release) = {0};
    const char *table = kind->table;
    postgres_number_functions(&sql, kind);
    buffer_printf(&sql, "ALTER TABLE crm.%s ALTER COLUMN id SET DEFAULT crm.next_%s();", table,
                  table);
    if (kind_is_lasting(kind))
        buffer_printf(&sql,
                      "INSERT INTO crm.identity VALUES ('%s', 0);"
                      "CREATE TRIGGER retire AFTER DELETE ON crm.%s REFERENCING OLD TABLE AS gone "
                      "FOR EACH STATEMENT EXECUTE FUNCTION crm.retire_%s();",
                      table, table, table);
    return sql.failed ? error_no_memory(store->error)
                      : postgres_execute(store, buffer_string(&sql));
}

crm_status postgres_next_id(struct store *store, const struct kind *kind, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *sql = arena_printf(&arena, "SELECT crm.next_%s()", kind->table);
    struct value next;
    if (sql == NULL)
        return error_no_memory(store->error);
    crm_status status = one_value(store, &arena, sql, &next);
    *out = next.integer;
    return status;
}

/* For each row that goes the server looks for those that refer to it, and reads their whole table
 * where no index helps: the undo of an import would take days. */
static crm_status index_references(struct store *store, const struct kind *kind)
{
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        if (field->type != DATA_REFERENCE || field->expression != NULL ||
            kind_has_index_on(kind, field))
            continue;
        buffer_printf(&sql, "CREATE INDEX %s_%s ON crm.%s (%s)", kind->table, field->name,
                      kind->table, field->name);
        if ((field->flags & FIELD_REQUIRED) == 0)
            buffer_printf(&sql, " WHERE %s IS NOT NULL", field->name);
        buffer_character(&sql, ';');
    }
    if (sql.failed)
        return error_no_memory(store->error);
    return sql.length == 0 ? CRM_OK : postgres_execute(store, buffer_string(&sql));
}

crm_status postgres_finish_table(struct store *store, const struct kind *kind, bool record)
{
    crm_status status = kind->cluster == NULL ? number_table(store, kind) : CRM_OK;
    if (status == CRM_OK && record)
        status = postgres_keep_images(store, kind);
    if (status == CRM_OK && (record || journal_counts(kind)))
        status = postgres_index_entry(store, kind);
    return status == CRM_OK ? index_references(store, kind) : status;
}

/* ---- Scrubbing ---- */

struct own_tables {
    struct buffer sql; /* VACUUM of all of them; empty for none */
    bool all;
};

static crm_status add_own_table(void *context, const struct value *row)
{
    struct own_tables *tables = context;
    if (row[1].integer == 0)
        tables->all = false;
    else
        buffer_printf(&tables->sql, "%s%s", tables->sql.length > 0 ? ", " : "VACUUM ", row[0].text);
    return CRM_OK;
}

/* Old versions of rows are taken out of the pages, whose space is used again. What no other rows
 * came upon is overwritten by VACUUM FULL alone, for which all would have to wait. */
crm_status postgres_scrub(struct store *store, bool *whole)
{
    struct own_tables tables = {.all = true};
    crm_status status = store_query(
        store,
        "SELECT c.oid::regclass::text, CASE WHEN pg_has_role(c.relowner, 'USAGE') OR "
        "pg_has_role(d.datdba, 'USAGE') THEN 1 ELSE 0 END FROM pg_class AS c, pg_database AS d "
        "WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' "
        "AND d.datname = current_database() ORDER BY c.relname",
        NULL, 0, add_own_table, &tables);
    *whole = tables.all;
    if (status == CRM_OK && tables.sql.failed)
        status = error_no_memory(store->error);
    if (status == CRM_OK && tables.sql.length > 0)
        status = postgres_execute(store, buffer_string(&tables.sql));
    buffer_release(&tables.sql);
    return status;
}
