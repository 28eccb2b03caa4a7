/* SPDX-License-Identifier: MIT */
/* Statements of PostgreSQL: parameters and values travel as text, whole results at a time. */
#include "store/postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES = 8, RUNS_BEFORE_PREPARING = 2 };

struct postgres_statement {
    struct store *store;
    char *sql;
    struct value *values;
    size_t count;
    PGresult *result; /* NULL: to be run */
    int row, rows;
};

/* ---- Parameters ---- */

/* A number says its type: the server would take one beside a number for 32 bits otherwise. A text
 * does not: then it is what the query makes of it, as a constant is. */
static crm_status put_parameter(struct store *store, struct postgres_parameters *out, size_t place,
                                const struct value *value)
{
    char *text = NULL;
    out->types[place] = TYPE_UNKNOWN;
    switch (value->type) {
    case VALUE_NULL:
        return CRM_OK;
    case VALUE_INTEGER:
        out->types[place] = TYPE_INT8;
        text = arena_printf(&out->arena, "%lld", (long long)value->integer);
        break;
    case VALUE_REAL:
        out->types[place] = TYPE_FLOAT8;
        text = arena_printf(&out->arena, "%.17g", value->real);
        break;
    case VALUE_TEXT:
        if (value->length > 0 && memchr(value->text, '\0', value->length) != NULL) {
            error_set(store->error, CRM_INVALID, _("a text holds the character NUL (U+0000)"));
            return error_hint(store->error, _("PostgreSQL stores no such text: take it out"));
        }
        text = arena_copy_length(&out->arena, value->text, value->length);
        break;
    }
    out->texts[place] = text;
    return text == NULL ? error_no_memory(store->error) : CRM_OK;
}

crm_status postgres_parameters_make(struct store *store, const struct value *values, size_t count,
                                    struct postgres_parameters *out)
{
    arena_clear(&out->arena);
    out->count = (int)count;
    out->types = NULL;
    out->texts = NULL;
    if (count == 0)
        return CRM_OK;
    out->types = arena_array(&out->arena, count, sizeof *out->types);
    out->texts = arena_array(&out->arena, count, sizeof *out->texts);
    if (out->types == NULL || out->texts == NULL)
        return error_no_memory(store->error);
    crm_status status = CRM_OK;
    for (size_t i = 0; i < count && status == CRM_OK; i++)
        status = put_parameter(store, out, i, &values[i]);
    return status;
}

void postgres_parameters_release(struct postgres_parameters *parameters)
{
    arena_release(&parameters->arena);
}

/* ---- Statements prepared in the server ---- */

static void clear_named(struct named_statement *place)
{
    free(place->sql);
    free(place->types);
    *place = (struct named_statement){0};
}

void postgres_named_release(struct postgres *postgres)
{
    for (size_t i = 0; i < NAMED_PLACES; i++)
        clear_named(&postgres->named[i]);
}

/* FNV-1a. */
static size_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037U;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return (size_t)hash;
}

/* Place of the text, a free one for a new text, NULL when all that it may have are taken. */
static struct named_statement *find_named(struct postgres *postgres, const char *sql)
{
    size_t first = hash_of(sql);
    for (size_t i = 0; i < PROBES; i++) {
        struct named_statement *place = &postgres->named[(first + i) % NAMED_PLACES];
        if (place->sql == NULL || strcmp(place->sql, sql) == 0)
            return place;
    }
    return NULL;
}

static void note_named(struct named_statement *place, const char *sql,
                       const struct postgres_parameters *parameters)
{
    size_t length = strlen(sql) + 1, count = (size_t)parameters->count;
    place->sql = malloc(length);
    place->types = calloc(count + 1, sizeof *place->types);
    if (place->sql == NULL || place->types == NULL) {
        clear_named(place);
        return; /* it is not prepared, then */
    }
    memcpy(place->sql, sql, length);
    if (count > 0)
        memcpy(place->types, parameters->types, count * sizeof *place->types);
    place->count = parameters->count;
}

/* Whether parameters of these types may be given to the statement as it was prepared. */
static bool fits(const struct named_statement *place, const struct postgres_parameters *parameters)
{
    for (int i = 0; i < place->count; i++) {
        Oid as = place->types[i], is = parameters->types[i];
        if (as != is && as != TYPE_UNKNOWN && parameters->texts[i] != NULL &&
            !(as == TYPE_FLOAT8 && is == TYPE_INT8))
            return false;
    }
    return place->count == parameters->count;
}

static bool prepare_named(struct postgres *postgres, struct named_statement *place,
                          const char *name)
{
    const struct postgres_library *pq = &postgres->library;
    if (place->prepared)
        return true;
    PGresult *result =
        pq->PQprepare(postgres->connection, name, place->sql, place->count, place->types);
    place->prepared = pq->PQresultStatus(result) == PGRES_COMMAND_OK;
    pq->PQclear(result);
    return place->prepared;
}

/* The name under which the server knows the text, NULL when it is to be sent as it is. A text that
 * comes back once more is worth preparing. */
static const char *name_of(struct postgres *postgres, const char *sql,
                           const struct postgres_parameters *parameters, unsigned runs,
                           char name[POSTGRES_NAME])
{
    struct named_statement *place = find_named(postgres, sql);
    if (place == NULL)
        return NULL;
    if (place->sql == NULL)
        note_named(place, sql, parameters);
    if (place->sql == NULL || !fits(place, parameters) || place->runs++ < runs)
        return NULL;
    (void)snprintf(name, POSTGRES_NAME, "crm%u", (unsigned)(place - postgres->named));
    return prepare_named(postgres, place, name) ? name : NULL;
}

/* ---- Running ---- */

static bool is_good(const struct postgres_library *library, const PGresult *result)
{
    ExecStatusType status = library->PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

PGresult *postgres_next_result(struct postgres *postgres)
{
    PGresult *result = postgres->library.PQgetResult(postgres->connection);
    if (result != NULL && postgres->library.PQresultStatus(result) != PGRES_PIPELINE_SYNC)
        postgres->library.PQclear(postgres->library.PQgetResult(postgres->connection));
    return result;
}

/* What opens the transaction, the statement, and what was announced: one message to the server. The
 * first failure is the one that tells. */
static PGresult *run_together(struct postgres *postgres, const char *sql, const char *name,
                              const struct postgres_parameters *parameters)
{
    const struct postgres_library *pq = &postgres->library;
    PGconn *connection = postgres->connection;
    PGresult *result = NULL;
    if (!pq->PQenterPipelineMode(connection))
        return NULL;
    int sent = 1;
    for (size_t i = 0; i < postgres->opening_count; i++)
        sent &=
            pq->PQsendQueryParams(connection, postgres->opening[i], 0, NULL, NULL, NULL, NULL, 0);
    sent &= name != NULL
                ? pq->PQsendQueryPrepared(connection, name, parameters->count, parameters->texts,
                                          NULL, NULL, 0)
                : pq->PQsendQueryParams(connection, sql, parameters->count, parameters->types,
                                        parameters->texts, NULL, NULL, 0);
    sent &= postgres_send_ahead(postgres) && pq->PQpipelineSync(connection);
    for (size_t i = 0; i <= postgres->opening_count && sent; i++) {
        PGresult *next = postgres_next_result(postgres);
        if (result == NULL || is_good(pq, result)) {
            pq->PQclear(result);
            result = next;
        } else {
            pq->PQclear(next);
        }
    }
    if (sent)
        postgres_receive_ahead(postgres);
    else
        postgres_forget_ahead(postgres);
    pq->PQclear(sent ? postgres_next_result(postgres) : NULL);
    (void)pq->PQexitPipelineMode(connection);
    postgres->opening_count = 0;
    return result;
}

static void count_changes(struct postgres *postgres, const char *sql, PGresult *result)
{
    static const char insert[] = "INSERT INTO ";
    const char *command = postgres->library.PQcmdStatus(result);
    if (strncmp(command, "INSERT", 6) != 0 && strncmp(command, "UPDATE", 6) != 0 &&
        strncmp(command, "DELETE", 6) != 0)
        return;
    postgres->changes = strtoll(postgres->library.PQcmdTuples(result), NULL, 10);
    postgres->total_changes += postgres->changes;
    if (strncmp(sql, insert, sizeof insert - 1) == 0)
        postgres_note_insertion(postgres, sql + sizeof insert - 1);
}

static crm_status take_result(struct store *store, const char *sql, PGresult *result,
                              PGresult **out)
{
    struct postgres *postgres = postgres_of(store);
    crm_status status = CRM_OK;
    if (result == NULL || !is_good(&postgres->library, result))
        status = postgres_fail(store, result);
    else
        status = postgres_check_numbers(store, result);
    if (status != CRM_OK) {
        postgres->library.PQclear(result);
        return status;
    }
    count_changes(postgres, sql, result);
    *out = result;
    return CRM_OK;
}

crm_status postgres_run(struct store *store, const char *sql, const struct value *values,
                        size_t count, bool overtake, PGresult **out)
{
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    struct postgres_parameters parameters cleanup(postgres_parameters_release) = {0};
    char name[POSTGRES_NAME];
    PGresult *result;
    *out = NULL;
    crm_status status = overtake ? postgres_finish(store) : postgres_settle(store);
    if (status == CRM_OK)
        status = postgres_parameters_make(store, values, count, &parameters);
    if (status != CRM_OK)
        return status;
    result = postgres_take_ahead(postgres, sql, &parameters);
    if (result != NULL)
        return take_result(store, sql, result, out);
    const char *known = name_of(postgres, sql, &parameters, RUNS_BEFORE_PREPARING, name);
    if (postgres->opening_count > 0 || postgres_waits_ahead(postgres))
        result = run_together(postgres, sql, known, &parameters);
    else if (known != NULL)
        result = pq->PQexecPrepared(postgres->connection, known, parameters.count, parameters.texts,
                                    NULL, NULL, 0);
    else
        result = pq->PQexecParams(postgres->connection, sql, parameters.count, parameters.types,
                                  parameters.texts, NULL, NULL, 0);
    return take_result(store, sql, result, out);
}

static crm_status execute_now(struct store *store, const char *sql)
{
    struct postgres *postgres = postgres_of(store);
    struct buffer text cleanup(buffer_release) = {0};
    PGresult *result = NULL;
    for (size_t i = 0; i < postgres->opening_count; i++)
        buffer_printf(&text, "%s;", postgres->opening[i]);
    buffer_text(&text, sql);
    if (text.failed)
        return error_no_memory(store->error);
    postgres->opening_count = 0;
    result = postgres->library.PQexec(postgres->connection, buffer_string(&text));
    crm_status status = take_result(store, sql, result, &result);
    if (status == CRM_OK)
        postgres->library.PQclear(result);
    return status;
}

crm_status postgres_send_opening(struct store *store)
{
    return postgres_of(store)->opening_count > 0 ? execute_now(store, "") : CRM_OK;
}

crm_status postgres_execute(struct store *store, const char *sql)
{
    crm_status status = postgres_settle(store);
    return status == CRM_OK ? execute_now(store, sql) : status;
}

crm_status postgres_execute_buffer(struct store *store, const struct buffer *sql)
{
    return sql->failed ? error_no_memory(store->error)
                       : postgres_execute(store, buffer_string(sql));
}

static void quoted_sql(struct buffer *sql, const char *text, char quote)
{
    buffer_character(sql, quote);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            buffer_character(sql, quote);
        buffer_character(sql, *text);
    }
    buffer_character(sql, quote);
}

void postgres_name_sql(struct buffer *sql, const char *name)
{
    quoted_sql(sql, name, '"');
}

void postgres_literal_sql(struct buffer *sql, const char *text)
{
    quoted_sql(sql, text, '\'');
}

/* ---- Values ---- */

crm_status postgres_check_numbers(struct store *store, const PGresult *result)
{
    const struct postgres_library *pq = &postgres_of(store)->library;
    int columns = pq->PQnfields(result), rows = pq->PQntuples(result);
    for (int column = 0; column < columns; column++) {
        if (pq->PQftype(result, column) != TYPE_NUMERIC)
            continue;
        for (int row = 0; row < rows; row++) {
            const char *text = pq->PQgetvalue(result, row, column);
            errno = 0;
            if (strchr(text, '.') != NULL || (strtoll(text, NULL, 10), errno) != ERANGE)
                continue;
            error_set(store->error, CRM_INVALID, _("a sum of amounts is too large"));
            return error_hint(store->error, _("look at the amounts: sums are kept below 9×10^14"));
        }
    }
    return CRM_OK;
}

struct value postgres_value(const struct postgres_library *library, const PGresult *result, int row,
                            int column)
{
    if (library->PQgetisnull(result, row, column))
        return value_null();
    const char *text = library->PQgetvalue(result, row, column);
    switch (library->PQftype(result, column)) {
    case TYPE_INT8:
    case TYPE_INT4:
    case TYPE_INT2:
        return value_integer(strtoll(text, NULL, 10));
    case TYPE_BOOLEAN:
        return value_integer(text[0] == 't');
    case TYPE_FLOAT8:
    case TYPE_FLOAT4:
        return value_real(strtod(text, NULL));
    case TYPE_NUMERIC:
        return strchr(text, '.') == NULL ? value_integer(strtoll(text, NULL, 10))
                                         : value_real(strtod(text, NULL));
    default:
        return value_text_length(text, (size_t)library->PQgetlength(result, row, column));
    }
}

/* ---- The statement ---- */

/* The highest $number in the text; within quotes it is no parameter. */
static size_t parameter_count(const char *sql)
{
    size_t most = 0;
    bool quoted = false;
    for (const char *at = strpbrk(sql, "$'"); at != NULL; at = strpbrk(at + 1, "$'")) {
        size_t number = *at == '$' && !quoted ? strtoul(at + 1, NULL, 10) : 0;
        quoted = quoted != (*at == '\'');
        most = number > most ? number : most;
    }
    return most;
}

crm_status postgres_prepare(struct statement *statement, const char *sql)
{
    struct postgres_statement *handle = calloc(1, sizeof *handle);
    size_t length = strlen(sql) + 1, count = parameter_count(sql);
    char *copy = malloc(length);
    struct value *values = calloc(count + 1, sizeof *values);
    if (handle == NULL || copy == NULL || values == NULL) {
        free(handle);
        free(copy);
        free(values);
        return error_no_memory(statement->store->error);
    }
    memcpy(copy, sql, length);
    *handle = (struct postgres_statement){
        .store = statement->store, .sql = copy, .values = values, .count = count};
    statement->handle = handle;
    return CRM_OK;
}

static void clear_result(struct postgres_statement *handle)
{
    postgres_of(handle->store)->library.PQclear(handle->result);
    handle->result = NULL;
}

void postgres_finalize(void *opaque)
{
    struct postgres_statement *handle = opaque;
    if (handle == NULL)
        return;
    clear_result(handle);
    free(handle->sql);
    free(handle->values);
    free(handle);
}

crm_status postgres_bind(struct statement *statement, int index, const struct value *value)
{
    struct postgres_statement *handle = statement->handle;
    if (index < 1 || (size_t)index > handle->count)
        return error_set(statement->store->error, CRM_USAGE, _("a query has no parameter $%d"),
                         index);
    handle->values[index - 1] = *value;
    return CRM_OK;
}

crm_status postgres_step(struct statement *statement, bool *row)
{
    struct postgres_statement *handle = statement->handle;
    *row = false;
    if (handle->result == NULL) {
        crm_status status = postgres_run(statement->store, handle->sql, handle->values,
                                         handle->count, statement->overtakes, &handle->result);
        if (status != CRM_OK)
            return status;
        handle->row = -1;
        handle->rows = postgres_of(statement->store)->library.PQntuples(handle->result);
    }
    *row = ++handle->row < handle->rows;
    if (!*row)
        clear_result(handle);
    return CRM_OK;
}

struct value postgres_column(struct statement *statement, int column)
{
    const struct postgres_statement *handle = statement->handle;
    return postgres_value(&postgres_of(statement->store)->library, handle->result, handle->row,
                          column);
}

int postgres_column_count(struct statement *statement)
{
    const struct postgres_statement *handle = statement->handle;
    return postgres_of(statement->store)->library.PQnfields(handle->result);
}

void postgres_reset(struct statement *statement)
{
    clear_result(statement->handle);
}

void postgres_forget(struct statement *statement)
{
    struct postgres_statement *handle = statement->handle;
    clear_result(handle);
    for (size_t i = 0; i < handle->count; i++)
        handle->values[i] = value_null();
}
