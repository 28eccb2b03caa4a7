/* SPDX-License-Identifier: MIT */
/* Many rows into a table of PostgreSQL: COPY, a megabyte at a time. A batch is complete before it
 * is sent, because the source may ask the store something meanwhile. */
#include "store/postgres.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1024 * 1024 };

/* One load: where it goes and what is filled. */
struct load {
    struct store *store;
    const struct store_source *source;
    struct buffer copy; /* COPY table (columns) FROM STDIN (FORMAT binary) */
    Oid *types;         /* of the columns */
    const size_t *places;
    size_t count;
    struct value *row;
    struct buffer batch;
    int64_t rows;
};

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
static void put_value(struct load *load, Oid type, const struct value *value)
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

static void begin_batch(struct load *load)
{
    static const char signature[] = "PGCOPY\n\377\r\n"; /* its NUL belongs to it */
    buffer_clear(&load->batch);
    buffer_append(&load->batch, signature, sizeof signature);
    put_bytes(&load->batch, 0, 4);
    put_bytes(&load->batch, 0, 4);
    load->rows = 0;
}

static crm_status fill_batch(struct load *load, bool *more)
{
    crm_status status = CRM_OK;
    begin_batch(load);
    while (status == CRM_OK && load->batch.length < BATCH_BYTES) {
        status = load->source->next(load->source->context, load->row, more);
        if (status != CRM_OK || !*more)
            break;
        put_bytes(&load->batch, load->count, 2);
        for (size_t i = 0; i < load->count; i++)
            put_value(load, load->types[i], &load->row[load->places[i]]);
        load->rows++;
    }
    put_bytes(&load->batch, UINT16_MAX, 2);
    return status == CRM_OK && load->batch.failed ? error_no_memory(load->store->error) : status;
}

/* The server tells how it ended in a result, behind which stands none. */
static crm_status end_copy(struct store *store)
{
    const struct postgres_library *pq = &postgres_of(store)->library;
    PGconn *connection = postgres_of(store)->connection;
    crm_status status = CRM_OK;
    PGresult *result;
    while ((result = pq->PQgetResult(connection)) != NULL) {
        if (status == CRM_OK && pq->PQresultStatus(result) != PGRES_COMMAND_OK)
            status = postgres_fail(store, result);
        pq->PQclear(result);
    }
    return status;
}

static crm_status send_batch(struct load *load)
{
    struct postgres *postgres = postgres_of(load->store);
    const struct postgres_library *pq = &postgres->library;
    PGresult *result = pq->PQexec(postgres->connection, buffer_string(&load->copy));
    bool ready = pq->PQresultStatus(result) == PGRES_COPY_IN;
    crm_status status = ready ? CRM_OK : postgres_fail(load->store, result);
    pq->PQclear(result);
    if (!ready)
        return status;
    if (pq->PQputCopyData(postgres->connection, load->batch.data, (int)load->batch.length) != 1 ||
        pq->PQputCopyEnd(postgres->connection, NULL) != 1)
        return postgres_fail(load->store, NULL);
    status = end_copy(load->store);
    postgres->total_changes += status == CRM_OK ? load->rows : 0;
    return status;
}

/* Column types decide how numbers travel. */
static crm_status read_types(struct load *load, const char *table, const char *list)
{
    const struct postgres_library *pq = &postgres_of(load->store)->library;
    struct buffer sql cleanup(buffer_release) = {0};
    PGresult *result = NULL;
    buffer_printf(&sql, "SELECT %s FROM %s LIMIT 0", list, table);
    if (sql.failed)
        return error_no_memory(load->store->error);
    crm_status status = postgres_run(load->store, buffer_string(&sql), NULL, 0, &result);
    for (size_t i = 0; i < load->count && status == CRM_OK; i++)
        load->types[i] = pq->PQftype(result, (int)i);
    pq->PQclear(result);
    return status;
}

static crm_status load_all(struct load *load, const char *table, const char *list)
{
    bool more = true;
    crm_status status = read_types(load, table, list);
    buffer_printf(&load->copy, "COPY %s (%s) FROM STDIN (FORMAT binary)", table, list);
    if (status == CRM_OK && load->copy.failed)
        status = error_no_memory(load->store->error);
    postgres_note_insertion(postgres_of(load->store), table);
    while (status == CRM_OK && more) {
        status = fill_batch(load, &more);
        if (status == CRM_OK && load->rows > 0)
            status = send_batch(load);
    }
    return status;
}

crm_status postgres_append(struct store *store, const char *table,
                           const struct store_source *source, const size_t *places, size_t count)
{
    struct buffer list cleanup(buffer_release) = {0};
    Oid *types cleanup(cleanup_free) = calloc(count, sizeof *types);
    struct value *row cleanup(cleanup_free) = calloc(source->column_count, sizeof *row);
    struct load load = {.store = store,
                        .source = source,
                        .types = types,
                        .places = places,
                        .count = count,
                        .row = row};
    for (size_t i = 0; i < count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", source->columns[places[i]]);
    crm_status status = CRM_OK;
    if (list.failed || types == NULL || row == NULL)
        status = error_no_memory(store->error);
    else
        status = load_all(&load, table, buffer_string(&list));
    buffer_release(&load.copy);
    buffer_release(&load.batch);
    return status;
}
