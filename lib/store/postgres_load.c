/* SPDX-License-Identifier: MIT */
/* Rows on their way into tables of PostgreSQL, by COPY a megabyte at a time. While the server works
 * on one megabyte the next is filled. */
#include "store/postgres.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1024 * 1024 };

/* Rows on their way into one table. */
struct postgres_load {
    struct postgres_load *next; /* opened after it */
    struct store *store;
    char *table;
    struct buffer copy; /* COPY table (columns) FROM STDIN (FORMAT binary) */
    struct buffer move; /* from where COPY puts them into the table; empty: it is the table */
    Oid *types;         /* of the columns */
    size_t count;
    struct buffer batch;
    int64_t rows;
};

/* ---- What the server is at work on ---- */

/* It tells how a statement ended in a result, behind which stands none. */
static crm_status take_end(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    crm_status status = CRM_OK;
    PGresult *result;
    while ((result = pq->PQgetResult(postgres->connection)) != NULL) {
        if (status == CRM_OK && pq->PQresultStatus(result) != PGRES_COMMAND_OK)
            status = postgres_fail(store, result);
        pq->PQclear(result);
    }
    return status;
}

crm_status postgres_finish(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    bool working = postgres->working;
    postgres->working = false;
    if (postgres->over) {
        postgres->over = false;
        postgres->library.PQclear(postgres->library.PQexec(postgres->connection, "ROLLBACK"));
    }
    return working ? take_end(store) : CRM_OK;
}

/* ---- Rows ---- */

static void put_bytes(struct buffer *batch, uint64_t number, size_t bytes)
{
    char text[sizeof number];
    for (size_t i = 0; i < bytes; i++)
        text[i] = (char)(number >> (8 * (bytes - 1 - i)) & 0xFF);
    buffer_append(batch, text, bytes);
}

static uint64_t bits_of(double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    return bits;
}

/* A length of four bytes, then the value as the column's type has it. */
static void put_value(struct postgres_load *load, Oid type, const struct value *value)
{
    if (value->type == VALUE_NULL) {
        put_bytes(&load->batch, UINT32_MAX, 4);
    } else if (value->type == VALUE_TEXT) {
        put_bytes(&load->batch, value->length, 4);
        buffer_append(&load->batch, value->text, value->length);
    } else {
        double real = value->type == VALUE_REAL ? value->real : (double)value->integer;
        put_bytes(&load->batch, 8, 4);
        put_bytes(&load->batch, type == TYPE_FLOAT8 ? bits_of(real) : (uint64_t)value->integer, 8);
    }
}

static void begin_batch(struct postgres_load *load)
{
    static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */
    buffer_clear(&load->batch);
    buffer_append(&load->batch, signature, sizeof signature);
    put_bytes(&load->batch, 0, 8);
    load->rows = 0;
}

/* The batch is where COPY was allowed to put it. */
static crm_status move_batch(struct postgres_load *load)
{
    struct postgres *postgres = postgres_of(load->store);
    const struct postgres_library *pq = &postgres->library;
    crm_status status = postgres_finish(load->store);
    if (status != CRM_OK)
        return status;
    PGresult *result = pq->PQexec(postgres->connection, buffer_string(&load->move));
    if (pq->PQresultStatus(result) != PGRES_COMMAND_OK)
        status = postgres_fail(load->store, result);
    pq->PQclear(result);
    return status;
}

static crm_status send_batch(struct postgres_load *load)
{
    struct store *store = load->store;
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    crm_status status = postgres_finish(store);
    if (status != CRM_OK)
        return status;
    put_bytes(&load->batch, UINT16_MAX, 2);
    if (load->batch.failed)
        return error_no_memory(store->error);
    PGresult *result = pq->PQexec(postgres->connection, buffer_string(&load->copy));
    bool ready = pq->PQresultStatus(result) == PGRES_COPY_IN;
    status = ready ? CRM_OK : postgres_fail(store, result);
    pq->PQclear(result);
    if (!ready)
        return status;
    if (pq->PQputCopyData(postgres->connection, load->batch.data, (int)load->batch.length) != 1 ||
        pq->PQputCopyEnd(postgres->connection, NULL) != 1)
        return postgres_fail(store, NULL);
    postgres->working = true;
    postgres->total_changes += load->rows;
    postgres_note_insertion(postgres, load->table);
    begin_batch(load);
    return load->move.length > 0 ? move_batch(load) : CRM_OK;
}

static bool has_load(const struct store *store, const char *table)
{
    const struct postgres_load *load = postgres_of(store)->loads;
    while (load != NULL && strcmp(load->table, table) != 0)
        load = load->next;
    return load != NULL;
}

crm_status postgres_send_rows(struct store *store, const char *until)
{
    crm_status status = CRM_OK;
    bool more = until == NULL || has_load(store, until);
    for (struct postgres_load *load = postgres_of(store)->loads; load != NULL && more;
         load = load->next) {
        if (load->rows > 0)
            status = send_batch(load);
        more = status == CRM_OK && (until == NULL || strcmp(load->table, until) != 0);
    }
    return status;
}

/* Column types decide how numbers travel. */
static crm_status read_types(struct postgres_load *load, const char *list)
{
    const struct postgres_library *pq = &postgres_of(load->store)->library;
    struct buffer sql cleanup(buffer_release) = {0};
    PGresult *result = NULL;
    buffer_printf(&sql, "SELECT %s FROM %s LIMIT 0", list, load->table);
    if (sql.failed)
        return error_no_memory(load->store->error);
    crm_status status = postgres_run(load->store, buffer_string(&sql), NULL, 0, false, &result);
    for (size_t i = 0; i < load->count && status == CRM_OK; i++)
        load->types[i] = pq->PQftype(result, (int)i);
    pq->PQclear(result);
    return status;
}

static void free_load(struct postgres_load *load)
{
    if (load == NULL)
        return;
    buffer_release(&load->copy);
    buffer_release(&load->move);
    buffer_release(&load->batch);
    free(load->table);
    free(load->types);
    free(load);
}

/* COPY does not look at the policies of rows, so the server refuses it to those for whom there are
 * some: their rows go by way of a table of the transaction's own. */
static crm_status choose_way(struct postgres_load *load, bool *direct)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(load->table);
    struct value active = value_null();
    crm_status status =
        store_row_values(load->store, &arena,
                         "SELECT CASE WHEN row_security_active(CAST($1 AS text)) THEN 1 ELSE 0 END",
                         &name, 1, &active, 1);
    *direct = active.integer == 0;
    return status;
}

static crm_status make_way(struct postgres_load *load, const char *list)
{
    struct buffer sql cleanup(buffer_release) = {0};
    const char *table = load->table;
    buffer_printf(&sql,
                  "DROP TABLE IF EXISTS pg_temp.load_%s; "
                  "CREATE TEMP TABLE load_%s ON COMMIT DROP AS SELECT %s FROM %s LIMIT 0",
                  table, table, list, table);
    buffer_printf(&load->move, "INSERT INTO %s (%s) SELECT %s FROM load_%s; DELETE FROM load_%s",
                  table, list, list, table, table);
    if (sql.failed || load->move.failed)
        return error_no_memory(load->store->error);
    return postgres_execute(load->store, buffer_string(&sql));
}

static crm_status prepare_load(struct postgres_load *load, const char *const *columns)
{
    struct buffer list cleanup(buffer_release) = {0};
    bool direct = true;
    for (size_t i = 0; i < load->count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", columns[i]);
    crm_status status = choose_way(load, &direct);
    if (status == CRM_OK && !direct)
        status = make_way(load, buffer_string(&list));
    buffer_printf(&load->copy, "COPY %s%s (%s) FROM STDIN (FORMAT binary)", direct ? "" : "load_",
                  load->table, buffer_string(&list));
    begin_batch(load);
    if (list.failed || load->copy.failed || load->batch.failed)
        return error_no_memory(load->store->error);
    return status == CRM_OK ? read_types(load, buffer_string(&list)) : status;
}

crm_status postgres_appender_open(struct appender *appender, const char *table,
                                  const char *const *columns, size_t count)
{
    struct store *store = appender->store;
    struct postgres_load *load = calloc(1, sizeof *load), **end = &postgres_of(store)->loads;
    char *name = malloc(strlen(table) + 1);
    Oid *types = calloc(count, sizeof *types);
    if (load == NULL || name == NULL || types == NULL) {
        free(load);
        free(name);
        free(types);
        return error_no_memory(store->error);
    }
    *load = (struct postgres_load){
        .store = store, .table = strcpy(name, table), .types = types, .count = count};
    crm_status status = prepare_load(load, columns);
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

crm_status postgres_appender_add(struct appender *appender, const struct value *values)
{
    struct postgres_load *load = appender->load;
    put_bytes(&load->batch, load->count, 2);
    for (size_t i = 0; i < load->count; i++)
        put_value(load, load->types[i], &values[i]);
    load->rows++;
    return load->batch.length < BATCH_BYTES ? CRM_OK : postgres_send_rows(load->store, NULL);
}

void postgres_appender_close(struct appender *appender)
{
    struct postgres_load **at = &postgres_of(appender->store)->loads;
    while (*at != NULL && *at != appender->load)
        at = &(*at)->next;
    if (*at != NULL)
        *at = (*at)->next;
    free_load(appender->load);
}

crm_status postgres_append(struct store *store, const char *table,
                           const struct store_source *source, const size_t *places, size_t count)
{
    const char **columns cleanup(cleanup_free) = calloc(count, sizeof *columns);
    struct value *row cleanup(cleanup_free) = calloc(source->column_count, sizeof *row);
    struct value *values cleanup(cleanup_free) = calloc(count, sizeof *values);
    struct appender *appender cleanup(appender_cleanup) = NULL;
    bool more = true;
    if (columns == NULL || row == NULL || values == NULL)
        return error_no_memory(store->error);
    for (size_t i = 0; i < count; i++)
        columns[i] = source->columns[places[i]];
    crm_status status = store_appender_new(store, table, columns, count, &appender);
    while (status == CRM_OK) {
        status = source->next(source->context, row, &more);
        if (status != CRM_OK || !more)
            break;
        for (size_t i = 0; i < count; i++)
            values[i] = row[places[i]];
        status = appender_add(appender, values);
    }
    return status == CRM_OK ? postgres_settle(store) : status;
}

/* ---- All that waits ---- */

crm_status postgres_settle(struct store *store)
{
    crm_status status = postgres_send_rows(store, NULL);
    if (status == CRM_OK)
        status = postgres_send_updates(store);
    return status == CRM_OK ? postgres_finish(store) : status;
}

void postgres_drop_waiting(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    struct error kept = *store->error;
    (void)postgres_finish(store);
    *store->error = kept;
    for (struct postgres_load *load = postgres->loads; load != NULL; load = load->next)
        begin_batch(load);
    postgres_drop_updates(store);
}
