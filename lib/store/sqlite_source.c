/* SPDX-License-Identifier: MIT */
/* A source of rows as a virtual table: INSERT … SELECT pulls the rows out of it, which saves
 * binding and stepping a statement for each. */
#include "store/sqlite_source.h"

#include "base/buffer.h"

#include <stdlib.h>

struct sqlite_source {
    struct store_source source;
    struct error *error;  /* where the source reports */
    struct error failure; /* what it reported: the engine overwrites the other */
    struct value *row;
    bool more;
};

/* A table of the engine; `base` comes first because the engine knows only that. */
struct source_table {
    sqlite3_vtab base;
    struct sqlite_source *source;
};

struct source_cursor {
    sqlite3_vtab_cursor base;
    struct sqlite_source *source;
    sqlite3_int64 number;
};

static int connect_table(sqlite3 *database, void *context, int count, const char *const *arguments,
                         sqlite3_vtab **out, char **message)
{
    (void)count;
    (void)arguments;
    (void)message;
    struct sqlite_source *source = context;
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < source->source.column_count; i++)
        buffer_printf(&sql, "%s%s", i == 0 ? "CREATE TABLE source (" : ", ",
                      source->source.columns[i]);
    buffer_character(&sql, ')');
    struct source_table *table = sqlite3_malloc(sizeof *table);
    if (table == NULL || sql.failed) {
        sqlite3_free(table);
        return SQLITE_NOMEM;
    }
    *table = (struct source_table){.source = source};
    *out = &table->base;
    int code = sqlite3_declare_vtab(database, buffer_string(&sql));
    if (code != SQLITE_OK)
        sqlite3_free(table);
    return code;
}

static int disconnect_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

/* There is one way to read it: from the beginning to the end. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1e6;
    info->estimatedRows = 1000000;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct source_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (cursor == NULL)
        return SQLITE_NOMEM;
    *cursor = (struct source_cursor){.source = ((struct source_table *)table)->source};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct source_cursor *cursor = (struct source_cursor *)base;
    struct sqlite_source *source = cursor->source;
    cursor->number++;
    if (source->source.next(source->source.context, source->row, &source->more) == CRM_OK)
        return SQLITE_OK;
    source->more = false;
    source->failure = *source->error;
    return SQLITE_ABORT;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *text, int count,
                  sqlite3_value **values)
{
    (void)number;
    (void)text;
    (void)count;
    (void)values;
    return next_row(base);
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return !((struct source_cursor *)base)->source->more;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    const struct value *value = &((struct source_cursor *)base)->source->row[index];
    switch (value->type) {
    case VALUE_NULL:
        break;
    case VALUE_INTEGER:
        sqlite3_result_int64(context, value->integer);
        break;
    case VALUE_REAL:
        sqlite3_result_double(context, value->real);
        break;
    case VALUE_TEXT:
        sqlite3_result_text64(context, value->text, value->length, SQLITE_STATIC, SQLITE_UTF8);
        break;
    }
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct source_cursor *)base)->number;
    return SQLITE_OK;
}

/* Without xCreate the module's name is the table's. */
static const sqlite3_module module = {.xConnect = connect_table,
                                      .xBestIndex = best_index,
                                      .xDisconnect = disconnect_table,
                                      .xOpen = open_cursor,
                                      .xClose = close_cursor,
                                      .xFilter = filter,
                                      .xNext = next_row,
                                      .xEof = at_end,
                                      .xColumn = column,
                                      .xRowid = row_id};

struct sqlite_source *sqlite_source_register(sqlite3 *database, const char *name,
                                             const struct store_source *source, struct error *error)
{
    struct sqlite_source *registered = calloc(1, sizeof *registered);
    struct value *row = calloc(source->column_count, sizeof *row);
    if (registered == NULL || row == NULL) {
        free(registered);
        free(row);
        return NULL;
    }
    *registered = (struct sqlite_source){.source = *source, .error = error, .row = row};
    if (sqlite3_create_module_v2(database, name, &module, registered, NULL) != SQLITE_OK) {
        free(registered);
        free(row);
        return NULL;
    }
    return registered;
}

void sqlite_source_unregister(sqlite3 *database, const char *name, struct sqlite_source *source)
{
    if (source == NULL)
        return;
    (void)sqlite3_create_module_v2(database, name, NULL, NULL, NULL);
    free(source->row);
    free(source);
}

bool sqlite_source_failed(struct sqlite_source *source, struct error *error)
{
    if (source->failure.status == CRM_OK)
        return false;
    *error = source->failure;
    source->failure.status = CRM_OK;
    return true;
}
