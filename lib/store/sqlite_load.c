/* SPDX-License-Identifier: MIT */
/* Rows in bulk: a statement run once for each row costs as much again as the row. So rows that come
 * one by one wait for some hundred others, and all are pulled out of a source by one INSERT …
 * SELECT. It is an OR FAIL because the engine otherwise keeps a copy of each page that it changes,
 * to take a part of the statement back; here a failure ends the whole transaction. */
#include "store/sqlite_load.h"

#include "schema/schema.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_WAITING = 256,     /* rows */
    MOST_TEXT = 256 * 1024, /* bytes of their texts, but for the last row's */
    NAME_ROOM = sizeof "crm_load_" + 20
};

/* ---- What all sources share ------------------------------------------------------------------ */

/* A source whose rows are counted for the journal as they pass: cheaper than being told of each by
 * the engine. */
struct counted_source {
    struct store_source source;
    struct sqlite_journal *journal;
    struct sqlite_journal_count *count; /* NULL: they cannot be counted so */
    size_t place;                       /* the column by which they are */
};

static crm_status next_counted(void *context, struct value *row, bool *more)
{
    const struct counted_source *counted = context;
    crm_status status = counted->source.next(counted->source.context, row, more);
    if (status == CRM_OK && *more && sqlite_journal_is_on(counted->journal))
        sqlite_journal_add(counted->count, row[counted->place].integer);
    return status;
}

static bool has_table(const struct kind *const *kinds, size_t count, const char *table,
                      const struct kind **out)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(kinds[i]->table, table) == 0)
            *out = kinds[i];
    return *out != NULL;
}

/* The journal counts rows by their ids, and those without by their customers; NULL: not at all. */
static const char *counted_by(const char *table)
{
    const struct kind *kind = NULL;
    if (!has_table(schema_kinds, schema_kind_count, table, &kind) &&
        !has_table(schema_internal_kinds, schema_internal_kind_count, table, &kind))
        return NULL;
    return kind->cluster == NULL ? "id" : "customer";
}

/* What the engine is to read instead of `source`, which may be the same. */
static struct store_source count_rows(struct store *store, const char *table,
                                      const struct store_source *source, struct counted_source *out)
{
    struct sqlite_journal *journal = connection_of(store)->journal;
    const char *name = counted_by(table);
    struct store_source passed = *source;
    size_t place = 0;
    *out = (struct counted_source){.source = *source, .journal = journal};
    while (place < source->column_count && name != NULL &&
           strcmp(source->columns[place], name) != 0)
        place++;
    if (journal == NULL || name == NULL || place == source->column_count)
        return passed;
    out->place = place;
    out->count = sqlite_journal_counter(journal, table);
    if (out->count == NULL)
        return passed;
    passed.next = next_counted;
    passed.context = out;
    return passed;
}

/* The INSERT … SELECT from the source registered by that name; places NULL: of all columns. */
static crm_status prepare_insert(struct store *store, const char *table,
                                 const struct store_source *source, const char *name,
                                 const size_t *places, size_t count, struct statement **out)
{
    struct buffer list cleanup(buffer_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "",
                      source->columns[places == NULL ? i : places[i]]);
    buffer_printf(&sql, "INSERT OR FAIL INTO %s (%s) SELECT %s FROM %s", table,
                  buffer_string(&list), buffer_string(&list), name);
    if (list.failed || sql.failed)
        return error_no_memory(store->error);
    return store_prepare(store, buffer_string(&sql), out);
}

/* ---- A source of the caller's ---------------------------------------------------------------- */

crm_status sqlite_append(struct store *store, const char *table, const struct store_source *source,
                         const size_t *places, size_t count)
{
    static const char name[] = "crm_source";
    struct connection *connection = connection_of(store);
    struct statement *statement = NULL;
    struct counted_source counted;
    const struct store_source passed = count_rows(store, table, source, &counted);
    connection->source =
        sqlite_source_register(connection->database, name, &passed, connection->error);
    if (connection->source == NULL)
        return sqlite_failed(store);
    crm_status status = prepare_insert(store, table, source, name, places, count, &statement);
    if (status == CRM_OK) {
        statement->silent = counted.count != NULL;
        status = statement_run(statement);
    }
    statement_free(statement);
    sqlite_source_unregister(connection->database, name, connection->source);
    connection->source = NULL;
    return status;
}

/* ---- Rows one by one ------------------------------------------------------------------------- */

struct sqlite_load {
    struct store *store;
    size_t columns;
    struct value *rows;   /* MOST_WAITING of them; of a text `integer` is the place in texts */
    struct buffer texts;  /* of the rows that wait */
    size_t waiting, read; /* rows */
    struct counted_source counted;
    char name[NAME_ROOM]; /* of the source */
    struct sqlite_source *source;
    struct statement *insert;
    struct sqlite_load *next; /* opened after this one */
};

static crm_status next_waiting(void *context, struct value *row, bool *more)
{
    struct sqlite_load *load = context;
    *more = load->read < load->waiting;
    if (!*more)
        return CRM_OK;
    memcpy(row, load->rows + load->read++ * load->columns, load->columns * sizeof *row);
    for (size_t i = 0; i < load->columns; i++)
        if (row[i].type == VALUE_TEXT)
            row[i].text = load->texts.data + row[i].integer;
    return CRM_OK;
}

static void forget_rows(struct sqlite_load *load)
{
    connection_of(load->store)->waiting -= load->waiting;
    load->waiting = 0;
    buffer_clear(&load->texts);
}

/* What failed waits on: it fails again, at the latest when all is to be committed. */
static crm_status write_rows(struct sqlite_load *load)
{
    load->read = 0;
    crm_status status = load->waiting > 0 ? statement_run(load->insert) : CRM_OK;
    if (status == CRM_OK)
        forget_rows(load);
    return status;
}

/* Those opened first before the others, which may refer to them. */
crm_status sqlite_settle(struct store *store)
{
    crm_status status = CRM_OK;
    struct sqlite_load *load = connection_of(store)->loads;
    for (; load != NULL && status == CRM_OK; load = load->next)
        status = write_rows(load);
    return status;
}

void sqlite_drop_waiting(struct store *store)
{
    for (struct sqlite_load *load = connection_of(store)->loads; load != NULL; load = load->next)
        forget_rows(load);
}

static void free_load(struct sqlite_load *load)
{
    statement_free(load->insert);
    sqlite_source_unregister(connection_of(load->store)->database, load->name, load->source);
    buffer_release(&load->texts);
    free(load->rows);
    free(load);
}

static crm_status open_load(struct sqlite_load *load, const char *table, const char *const *columns,
                            size_t count)
{
    struct store *store = load->store;
    struct connection *connection = connection_of(store);
    const struct store_source source = {
        .columns = columns, .column_count = count, .next = next_waiting, .context = load};
    const struct store_source passed = count_rows(store, table, &source, &load->counted);
    load->source =
        sqlite_source_register(connection->database, load->name, &passed, connection->error);
    if (load->source == NULL)
        return sqlite_failed(store);
    crm_status status =
        prepare_insert(store, table, &source, load->name, NULL, count, &load->insert);
    if (status != CRM_OK)
        return status;
    load->insert->overtakes = true;
    load->insert->silent = load->counted.count != NULL;
    return CRM_OK;
}

crm_status sqlite_appender_open(struct appender *appender, const char *table,
                                const char *const *columns, size_t count)
{
    struct store *store = appender->store;
    struct connection *connection = connection_of(store);
    struct sqlite_load *load = calloc(1, sizeof *load), **end = &connection->loads;
    struct value *rows = calloc(MOST_WAITING * count, sizeof *rows);
    if (load == NULL || rows == NULL) {
        free(load);
        free(rows);
        return error_no_memory(store->error);
    }
    *load = (struct sqlite_load){.store = store, .columns = count, .rows = rows};
    (void)snprintf(load->name, sizeof load->name, "crm_load_%zu", connection->load_count++);
    crm_status status = open_load(load, table, columns, count);
    if (status != CRM_OK) {
        free_load(load);
        return status;
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = load;
    appender->load = load;
    return CRM_OK;
}

crm_status sqlite_appender_add(struct appender *appender, const struct value *values)
{
    struct sqlite_load *load = appender->load;
    struct store *store = appender->store;
    bool full = load->waiting == MOST_WAITING || load->texts.length >= MOST_TEXT;
    crm_status status = full ? sqlite_settle(store) : CRM_OK;
    if (status != CRM_OK)
        return status;
    struct value *row = load->rows + load->waiting * load->columns;
    memcpy(row, values, load->columns * sizeof *row);
    for (size_t i = 0; i < load->columns; i++) {
        if (row[i].type != VALUE_TEXT)
            continue;
        row[i].integer = (int64_t)load->texts.length;
        buffer_append(&load->texts, values[i].text, values[i].length);
    }
    if (load->texts.failed)
        return error_no_memory(store->error);
    load->waiting++;
    connection_of(store)->waiting++;
    return CRM_OK;
}

void sqlite_appender_close(struct appender *appender)
{
    struct sqlite_load *load = appender->load, **at = &connection_of(appender->store)->loads;
    while (*at != NULL && *at != load)
        at = &(*at)->next;
    if (*at != NULL)
        *at = load->next;
    forget_rows(load);
    free_load(load);
}
