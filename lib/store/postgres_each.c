/* SPDX-License-Identifier: MIT */
/* Long results of PostgreSQL: through a cursor, some thousands of rows at a time, so that whoever
 * takes a row may ask the store something else. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS_AT_A_TIME = 4096, SHORT_SQL = 80 };

static void select_sql(struct buffer *sql, const struct store_select *select)
{
    buffer_text(sql, "SELECT ");
    for (size_t i = 0; i < select->column_count; i++)
        buffer_printf(sql, "%s%s", i > 0 ? "," : "", select->columns[i]);
    buffer_printf(sql, " %s", select->from);
    if (select->order != NULL)
        buffer_printf(sql, " ORDER BY %s", select->order);
}

static crm_status hand_over(struct store *store, const PGresult *result, struct value *values,
                            store_row each, void *context)
{
    const struct postgres_library *pq = &postgres_of(store)->library;
    int columns = pq->PQnfields(result), rows = pq->PQntuples(result);
    crm_status status = CRM_OK;
    for (int row = 0; row < rows && status == CRM_OK; row++) {
        for (int column = 0; column < columns; column++)
            values[column] = postgres_value(pq, result, row, column);
        status = each(context, values);
    }
    return status;
}

static void fetch_sql(unsigned cursor, char sql[SHORT_SQL])
{
    (void)snprintf(sql, SHORT_SQL, "FETCH FORWARD %d FROM crm_each%u", ROWS_AT_A_TIME, cursor);
}

static crm_status fetch_all(struct store *store, unsigned cursor, struct value *values,
                            store_row each, void *context)
{
    const struct postgres_library *pq = &postgres_of(store)->library;
    char sql[SHORT_SQL];
    int rows = ROWS_AT_A_TIME;
    crm_status status = CRM_OK;
    fetch_sql(cursor, sql);
    while (status == CRM_OK && rows == ROWS_AT_A_TIME) {
        PGresult *result = NULL;
        status = postgres_run(store, sql, NULL, 0, false, &result);
        if (status != CRM_OK)
            return status;
        rows = pq->PQntuples(result);
        status = hand_over(store, result, values, each, context);
        pq->PQclear(result);
    }
    return status;
}

static crm_status run_cursor(struct store *store, const char *sql, unsigned cursor,
                             const struct value *parameters, size_t count, struct value *values,
                             store_row each, void *context)
{
    PGresult *result = NULL;
    char fetch[SHORT_SQL];
    fetch_sql(cursor, fetch);
    postgres_announce(store, fetch, NULL, 0); /* most lists end within the first rows */
    crm_status status = postgres_run(store, sql, parameters, count, false, &result);
    if (status != CRM_OK)
        return status;
    postgres_of(store)->library.PQclear(result);
    return fetch_all(store, cursor, values, each, context);
}

/* The caller's own failure stays what it was. */
static crm_status close_cursor(struct store *store, unsigned cursor, crm_status status)
{
    char sql[SHORT_SQL];
    struct error kept = *store->error;
    (void)snprintf(sql, sizeof sql, "CLOSE crm_each%u", cursor);
    crm_status closed = postgres_execute(store, sql);
    if (status == CRM_OK)
        return closed;
    *store->error = kept;
    return status;
}

static crm_status each_by_cursor(struct store *store, const char *sql,
                                 const struct value *parameters, size_t count, struct value *values,
                                 store_row each, void *context)
{
    struct postgres *postgres = postgres_of(store);
    unsigned cursor = postgres->cursors;
    struct buffer declare cleanup(buffer_release) = {0};
    buffer_printf(&declare, "DECLARE crm_each%u NO SCROLL CURSOR FOR %s", cursor, sql);
    if (declare.failed)
        return error_no_memory(store->error);
    bool own = !postgres->in_block;
    crm_status status = own ? store->driver->begin_reading(store) : CRM_OK;
    if (status != CRM_OK)
        return status;
    postgres->cursors++;
    status = run_cursor(store, buffer_string(&declare), cursor, parameters, count, values, each,
                        context);
    postgres->cursors--;
    if (!own)
        return close_cursor(store, cursor, status);
    store->driver->rollback(store); /* the cursor ends with it */
    return status;
}

static crm_status each_at_once(struct store *store, const char *sql, const struct value *parameters,
                               size_t count, struct value *values, store_row each, void *context)
{
    PGresult *result = NULL;
    crm_status status = postgres_run(store, sql, parameters, count, false, &result);
    if (status == CRM_OK)
        status = hand_over(store, result, values, each, context);
    postgres_of(store)->library.PQclear(result);
    return status;
}

crm_status postgres_each(struct store *store, const struct store_select *select,
                         const struct value *parameters, size_t count, store_row each,
                         void *context)
{
    struct buffer sql cleanup(buffer_release) = {0};
    struct value *values cleanup(cleanup_free) = calloc(select->column_count, sizeof *values);
    select_sql(&sql, select);
    if (sql.failed || values == NULL)
        return error_no_memory(store->error);
    return select->order == NULL
               ? each_at_once(store, buffer_string(&sql), parameters, count, values, each, context)
               : each_by_cursor(store, buffer_string(&sql), parameters, count, values, each,
                                context);
}
