/* SPDX-License-Identifier: MIT */
/* The same columns of many records, each by its id: thousands in one statement, as arrays. While
 * the server works on one such statement the next is filled. */
#include "store/postgres.h"

#include "schema/schema.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WAITING = 2048 };

/* Column 0 is the id, the others are those that are set. */
struct postgres_update {
    struct postgres_update *next; /* opened after it */
    struct store *store;
    const char *table;
    struct buffer sql;
    struct buffer *arrays; /* of each column, as the server reads them */
    size_t count;
    size_t rows;
    int64_t lowest, highest; /* ids that wait */
};

/* ---- The statement ---- */

static const char *array_type(const struct kind *kind, const char *column)
{
    const struct field *field = kind_field(kind, column);
    switch (field == NULL ? DATA_TEXT : field->type) {
    case DATA_INTEGER:
    case DATA_DECIMAL:
    case DATA_BOOLEAN:
    case DATA_REFERENCE:
        return "bigint[]";
    case DATA_REAL:
        return "double precision[]";
    case DATA_JSON:
        return "json[]";
    default:
        return "text[]";
    }
}

/* The ids' bounds keep the server from reading the whole table for some thousand rows of it. */
static crm_status update_sql(struct postgres_update *update, const struct kind *kind,
                             const char *const *columns)
{
    struct buffer *sql = &update->sql;
    size_t last = update->count;
    buffer_printf(sql, "UPDATE %s AS t SET ", kind->table);
    for (size_t i = 1; i < last; i++)
        buffer_printf(sql, "%s%s = v.c%zu", i > 1 ? ", " : "", columns[i - 1], i);
    buffer_text(sql, " FROM unnest($1::bigint[]");
    for (size_t i = 1; i < last; i++)
        buffer_printf(sql, ", $%zu::%s", i + 1, array_type(kind, columns[i - 1]));
    buffer_text(sql, ") AS v(c0");
    for (size_t i = 1; i < last; i++)
        buffer_printf(sql, ", c%zu", i);
    buffer_printf(sql, ") WHERE t.id = v.c0 AND t.id BETWEEN $%zu::bigint AND $%zu::bigint",
                  last + 1, last + 2);
    return sql->failed ? error_no_memory(update->store->error) : CRM_OK;
}

static void clear(struct postgres_update *update)
{
    for (size_t i = 0; i < update->count; i++)
        buffer_clear(&update->arrays[i]);
    update->rows = 0;
}

static void free_update(struct postgres_update *update)
{
    for (size_t i = 0; i < update->count; i++)
        buffer_release(&update->arrays[i]);
    buffer_release(&update->sql);
    free(update->arrays);
    free(update);
}

crm_status postgres_updater_open(struct updater *updater, const struct kind *kind,
                                 const char *const *columns, size_t count)
{
    struct store *store = updater->store;
    struct postgres_update *update = calloc(1, sizeof *update);
    struct postgres_update **end = &postgres_of(store)->updates;
    struct buffer *arrays = calloc(count + 1, sizeof *arrays);
    if (update == NULL || arrays == NULL) {
        free(update);
        free(arrays);
        return error_no_memory(store->error);
    }
    *update = (struct postgres_update){
        .store = store, .table = kind->table, .arrays = arrays, .count = count + 1};
    crm_status status = update_sql(update, kind, columns);
    if (status != CRM_OK) {
        free_update(update);
        return status;
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = update;
    updater->update = update;
    return CRM_OK;
}

void postgres_updater_close(struct updater *updater)
{
    struct postgres_update **at = &postgres_of(updater->store)->updates;
    while (*at != NULL && *at != updater->update)
        at = &(*at)->next;
    if (*at != NULL)
        *at = (*at)->next;
    free_update(updater->update);
}

/* ---- Rows ---- */

/* A member of an array in the server's notation. */
static void put_member(struct buffer *array, const struct value *value)
{
    buffer_character(array, array->length == 0 ? '{' : ',');
    switch (value->type) {
    case VALUE_NULL:
        buffer_text(array, "NULL");
        return;
    case VALUE_INTEGER:
        buffer_printf(array, "%" PRId64, value->integer);
        return;
    case VALUE_REAL:
        buffer_printf(array, "%.17g", value->real);
        return;
    case VALUE_TEXT:
        break;
    }
    buffer_character(array, '"');
    for (size_t i = 0; i < value->length; i++) {
        if (value->text[i] == '"' || value->text[i] == '\\')
            buffer_character(array, '\\');
        buffer_character(array, value->text[i]);
    }
    buffer_character(array, '"');
}

static crm_status send(struct postgres_update *update)
{
    struct store *store = update->store;
    struct postgres *postgres = postgres_of(store);
    struct arena arena cleanup(arena_release) = {0};
    size_t count = update->count + 2;
    const char **texts = arena_array(&arena, count, sizeof *texts);
    char bounds[2][24];
    crm_status status = postgres_send_rows(store, update->table);
    if (status == CRM_OK)
        status = postgres_finish(store);
    if (status == CRM_OK)
        status = postgres_send_opening(store);
    if (status != CRM_OK)
        return status;
    bool failed = texts == NULL;
    for (size_t i = 0; !failed && i < update->count; i++) {
        buffer_character(&update->arrays[i], '}');
        texts[i] = buffer_string(&update->arrays[i]);
        failed = update->arrays[i].failed;
    }
    if (failed)
        return error_no_memory(store->error);
    (void)snprintf(bounds[0], sizeof bounds[0], "%" PRId64, update->lowest);
    (void)snprintf(bounds[1], sizeof bounds[1], "%" PRId64, update->highest);
    texts[update->count] = bounds[0];
    texts[update->count + 1] = bounds[1];
    if (!postgres->library.PQsendQueryParams(postgres->connection, buffer_string(&update->sql),
                                             (int)count, NULL, texts, NULL, NULL, 0))
        return postgres_fail(store, NULL);
    postgres->working = true;
    clear(update);
    return CRM_OK;
}

crm_status postgres_updater_set(struct updater *updater, int64_t id, const struct value *values)
{
    struct postgres_update *update = updater->update;
    const struct value number = value_integer(id);
    if (update->rows == 0)
        update->lowest = update->highest = id;
    update->lowest = id < update->lowest ? id : update->lowest;
    update->highest = id > update->highest ? id : update->highest;
    put_member(&update->arrays[0], &number);
    for (size_t i = 1; i < update->count; i++)
        put_member(&update->arrays[i], &values[i - 1]);
    postgres_of(update->store)->total_changes++;
    return ++update->rows < MOST_WAITING ? CRM_OK : send(update);
}

crm_status postgres_send_updates(struct store *store)
{
    crm_status status = CRM_OK;
    for (struct postgres_update *update = postgres_of(store)->updates;
         update != NULL && status == CRM_OK; update = update->next)
        if (update->rows > 0)
            status = send(update);
    return status;
}

void postgres_drop_updates(struct store *store)
{
    for (struct postgres_update *update = postgres_of(store)->updates; update != NULL;
         update = update->next)
        clear(update);
}
