/* SPDX-License-Identifier: MIT */
/* A table made anew when it differs from that of a new store, in a column or in an index: the old
 * one is set aside, its rows are copied, and it is dropped. The schema's text is then what a new
 * store has, which ALTER TABLE would not give. */
#include "store/sqlite_rebuild.h"

#include "store/create.h"

#include <string.h>

/* What is known of the table in one store: its statements, or its columns. */
static crm_status gather(struct store *store, const char *sql, const char *table,
                         struct buffer *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value parameter = value_text(table);
    struct value text = value_null();
    crm_status status = store_row_values(store, &arena, sql, &parameter, 1, &text, 1);
    buffer_clear(out);
    if (status == CRM_OK && text.type == VALUE_TEXT)
        buffer_append(out, text.text, text.length);
    return status == CRM_OK && out->failed ? error_no_memory(store->error) : status;
}

static const char statements_sql[] =
    "SELECT group_concat(s.sql, ';') FROM (SELECT sql FROM sqlite_schema "
    "WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type DESC, name) s";
static const char columns_sql[] = "SELECT group_concat(name, ',') FROM pragma_table_info($1)";
static const char indexes_sql[] =
    "SELECT group_concat('DROP INDEX ' || name, ';') FROM sqlite_schema "
    "WHERE tbl_name = $1 AND type = 'index' AND sql IS NOT NULL";

/* References to it stay as they are written: they will mean the new table. */
static crm_status set_aside(struct store *store, const char *table)
{
    struct buffer drop cleanup(buffer_release) = {0}, sql cleanup(buffer_release) = {0};
    crm_status status = gather(store, indexes_sql, table, &drop);
    buffer_printf(&sql,
                  "%s; PRAGMA legacy_alter_table=ON; ALTER TABLE %s RENAME TO %s_before; "
                  "PRAGMA legacy_alter_table=OFF",
                  buffer_string(&drop), table, table);
    if (status == CRM_OK && sql.failed)
        status = error_no_memory(store->error);
    return status == CRM_OK ? store_execute(store, buffer_string(&sql)) : status;
}

static bool has_column(const char *columns, const char *name, size_t length)
{
    for (const char *at = columns; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strcspn(at, ",") == length && strncmp(at, name, length) == 0)
            return true;
    }
    return false;
}

/* INSERT … SELECT of the columns that both have and of those that are filled. */
static void copy_sql(const struct store_rebuild *rebuild, const char *before, const char *after,
                     struct buffer *sql)
{
    const char *table = rebuild->kind->table;
    struct buffer names cleanup(buffer_release) = {0}, values cleanup(buffer_release) = {0};
    for (const char *at = after; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        char column[64];
        size_t length = strcspn(at, ",");
        if (length >= sizeof column)
            continue;
        memcpy(column, at, length);
        column[length] = '\0';
        const struct store_fill *fill = rebuild->find_fill(rebuild->context, table, column);
        bool both = has_column(before, column, length);
        if (!both && fill == NULL)
            continue;
        buffer_printf(&names, ", %s", column);
        buffer_printf(&values, ", %s", both ? column : fill->expression);
    }
    buffer_printf(sql, "INSERT INTO %s (%s) SELECT %s FROM %s_before", table,
                  buffer_string(&names) + 2, buffer_string(&values) + 2, table);
    sql->failed = sql->failed || names.failed || values.failed;
}

/* Numbers that were given once are not given again. A table that did not keep the last one begins
 * with its rows. */
static void sequence_sql(const struct kind *kind, struct buffer *sql)
{
    buffer_printf(sql,
                  "; DELETE FROM sqlite_sequence WHERE name = '%s' "
                  "AND EXISTS (SELECT 1 FROM sqlite_sequence b WHERE b.name = '%s_before'); "
                  "UPDATE sqlite_sequence SET name = '%s' WHERE name = '%s_before'",
                  kind->table, kind->table, kind->table, kind->table);
}

static crm_status copy_rows(struct store *store, const struct store_rebuild *rebuild)
{
    const char *table = rebuild->kind->table;
    struct arena arena cleanup(arena_release) = {0};
    struct buffer before cleanup(buffer_release) = {0}, after cleanup(buffer_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    const char *aside = arena_printf(&arena, "%s_before", table);
    if (aside == NULL)
        return error_no_memory(store->error);
    crm_status status = gather(store, columns_sql, aside, &before);
    if (status == CRM_OK)
        status = gather(store, columns_sql, table, &after);
    copy_sql(rebuild, buffer_string(&before), buffer_string(&after), &sql);
    if (rebuild->kind->prefix != NULL)
        sequence_sql(rebuild->kind, &sql);
    buffer_printf(&sql, "; DROP TABLE %s", aside);
    if (status == CRM_OK && sql.failed)
        status = error_no_memory(store->error);
    return status == CRM_OK ? store_execute(store, buffer_string(&sql)) : status;
}

crm_status sqlite_rebuild(struct store *store, const struct store_rebuild *rebuild)
{
    const char *table = rebuild->kind->table;
    struct buffer found cleanup(buffer_release) = {0}, wanted cleanup(buffer_release) = {0};
    crm_status status = gather(store, statements_sql, table, &found);
    if (status == CRM_OK)
        status = gather(rebuild->blank, statements_sql, table, &wanted);
    if (status != CRM_OK || strcmp(buffer_string(&found), buffer_string(&wanted)) == 0)
        return status;
    bool there = found.length > 0;
    if (there)
        status = set_aside(store, table);
    if (status == CRM_OK)
        status = store_create_table(store, rebuild->kind, rebuild->record);
    return status == CRM_OK && there ? copy_rows(store, rebuild) : status;
}
