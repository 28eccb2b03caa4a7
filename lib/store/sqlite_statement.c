/* SPDX-License-Identifier: MIT */
/* Statements of SQLite. */
#include "store/sqlite.h"

#include "store/sqlite_error.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_load.h"
#include "store/sqlite_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

crm_status sqlite_failed(struct store *store)
{
    return sqlite_fail(connection_of(store)->database, store->error);
}

static crm_status execute(struct store *store, const char *sql)
{
    int code = sqlite3_exec(connection_of(store)->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CRM_OK : sqlite_failed(store);
}

crm_status sqlite_execute(struct store *store, const char *sql)
{
    struct sqlite_journal *journal = connection_of(store)->journal;
    struct sqlite_journal_mark mark;
    crm_status status = sqlite_settle(store);
    if (status != CRM_OK || !sqlite_journal_is_on(journal))
        return status == CRM_OK ? execute(store, sql) : status;
    status = sqlite_journal_enter(journal, true, &mark);
    if (status == CRM_OK)
        status = execute(store, sql);
    crm_status noted = sqlite_journal_leave(journal, &mark, status != CRM_OK);
    return status == CRM_OK ? noted : status;
}

/* SQLite takes "$2" for a name and counts places by first appearance. */
static bool is_number(const char *name, int number)
{
    return name != NULL && name[0] == '$' && atoi(name + 1) == number;
}

static const char returning[] = " RETURNING id";

/* The length of an INSERT of one row without its RETURNING id, 0 when it is something else. The
 * engine keeps what is returned in a table of its own, which costs more than the insertion; the id
 * is known without it. */
static size_t length_of_insert(const char *sql)
{
    const size_t length = strlen(sql), end = sizeof returning - 1;
    bool insert = strncmp(sql, "INSERT INTO ", 12) == 0 && strstr(sql, " VALUES (") != NULL &&
                  strstr(sql, "SELECT ") == NULL && strstr(sql, "), (") == NULL &&
                  strstr(sql, " DO UPDATE ") == NULL;
    return insert && length > end && strcmp(sql + length - end, returning) == 0 ? length - end : 0;
}

/* Where the journal counts the rows of the table that the INSERT names. */
static struct sqlite_journal_count *counter_of(struct sqlite_journal *journal, const char *sql)
{
    char table[64];
    const char *name = sql + sizeof "INSERT INTO";
    const size_t length = strcspn(name, " (");
    if (journal == NULL || length >= sizeof table)
        return NULL;
    memcpy(table, name, length);
    table[length] = '\0';
    return sqlite_journal_counter(journal, table);
}

crm_status sqlite_prepare(struct statement *statement, const char *sql)
{
    struct connection *connection = connection_of(statement->store);
    sqlite3_stmt *handle = NULL;
    const size_t insert = length_of_insert(sql);
    connection->concerned = false;
    /* Some statements are prepared in another way when nobody listens. */
    bool listened = sqlite_journal_listen(connection->journal, true);
    int code =
        sqlite3_prepare_v2(connection->database, sql, insert > 0 ? (int)insert : -1, &handle, NULL);
    (void)sqlite_journal_listen(connection->journal, listened);
    if (code != SQLITE_OK)
        return sqlite_failed(statement->store);
    int count = sqlite3_bind_parameter_count(handle), place = 1;
    while (place <= count && is_number(sqlite3_bind_parameter_name(handle, place), place))
        place++;
    statement->handle = handle;
    statement->ordered = place > count;
    statement->inserts = insert > 0;
    statement->silent = !connection->concerned;
    statement->count = insert > 0 ? counter_of(connection->journal, sql) : NULL;
    if (statement->count != NULL)
        statement->silent = true; /* its one row is counted by its id */
    return CRM_OK;
}

void sqlite_finalize(void *handle)
{
    sqlite3_finalize(handle);
}

static crm_status bind_handle(struct store *store, sqlite3_stmt *handle, int index,
                              const struct value *value)
{
    int code = SQLITE_OK;
    switch (value->type) {
    case VALUE_NULL:
        code = sqlite3_bind_null(handle, index);
        break;
    case VALUE_INTEGER:
        code = sqlite3_bind_int64(handle, index, value->integer);
        break;
    case VALUE_REAL:
        code = sqlite3_bind_double(handle, index, value->real);
        break;
    case VALUE_TEXT:
        code = sqlite3_bind_text64(handle, index, value->text, value->length, SQLITE_STATIC,
                                   SQLITE_UTF8);
        break;
    }
    return code == SQLITE_OK ? CRM_OK : sqlite_failed(store);
}

/* The place of $number; 0 when the statement does not use it. */
static int place_of(const struct statement *statement, int number)
{
    if (statement->ordered)
        return number <= sqlite3_bind_parameter_count(statement->handle) ? number : 0;
    char name[16];
    (void)snprintf(name, sizeof name, "$%d", number);
    return sqlite3_bind_parameter_index(statement->handle, name);
}

crm_status sqlite_bind(struct statement *statement, int index, const struct value *value)
{
    int place = place_of(statement, index);
    if (place == 0)
        return error_set(statement->store->error, CRM_USAGE, _("a query has no parameter $%d"),
                         index);
    return bind_handle(statement->store, statement->handle, place, value);
}

/* False without memory: the engine may need some to end a text with a zero. The value is asked
 * rather than the column, which is looked up anew for each question. */
static bool read_column(sqlite3_stmt *handle, int column, struct value *out)
{
    sqlite3_value *value = sqlite3_column_value(handle, column);
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        *out = value_integer(sqlite3_value_int64(value));
        return true;
    case SQLITE_FLOAT:
        *out = value_real(sqlite3_value_double(value));
        return true;
    case SQLITE_NULL:
        *out = value_null();
        return true;
    default: {
        const char *text = (const char *)sqlite3_value_text(value);
        if (text != NULL)
            *out = value_text_length(text, (size_t)sqlite3_value_bytes(value));
        return text != NULL;
    }
    }
}

/* The whole row at once: whoever asks for a column can rely on it. */
static bool read_row(struct statement *statement)
{
    const size_t count = (size_t)sqlite3_data_count(statement->handle);
    if (count > statement->columns) {
        struct value *row =
            array_grow(statement->row, &statement->columns, count, sizeof *statement->row);
        if (row == NULL)
            return false;
        statement->row = row;
    }
    for (size_t i = 0; i < count; i++)
        if (!read_column(statement->handle, (int)i, &statement->row[i]))
            return false;
    return true;
}

static crm_status step(struct statement *statement, bool *row)
{
    struct connection *connection = connection_of(statement->store);
    int code = sqlite3_step(statement->handle);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW && !read_row(statement))
        return error_no_memory(statement->store->error);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return CRM_OK;
    /* The source's own failure says more than the engine's "aborted". */
    if (connection->source != NULL && sqlite_source_failed(connection->source, connection->error))
        return connection->error->status;
    return sqlite_failed(statement->store);
}

static crm_status step_noted(struct statement *statement, bool *row)
{
    struct sqlite_journal *journal = connection_of(statement->store)->journal;
    struct sqlite_journal_mark mark;
    if (!sqlite_journal_is_on(journal) || sqlite3_stmt_readonly(statement->handle))
        return step(statement, row);
    *row = false;
    crm_status status = sqlite_journal_enter(journal, !statement->silent, &mark);
    if (status == CRM_OK)
        status = step(statement, row);
    crm_status noted = sqlite_journal_leave(journal, &mark, status != CRM_OK);
    return status == CRM_OK ? noted : status;
}

static crm_status step_insert(struct statement *statement, bool *row)
{
    struct connection *connection = connection_of(statement->store);
    *row = false;
    if (statement->inserted)
        return CRM_OK;
    crm_status status = step_noted(statement, row);
    statement->inserted = status == CRM_OK;
    *row = status == CRM_OK && sqlite3_changes64(connection->database) > 0;
    statement->id = sqlite3_last_insert_rowid(connection->database);
    if (*row && statement->count != NULL && sqlite_journal_is_on(connection->journal))
        sqlite_journal_add(statement->count, statement->id);
    return status;
}

crm_status sqlite_step(struct statement *statement, bool *row)
{
    if (connection_of(statement->store)->waiting > 0 && !statement->overtakes) {
        crm_status status = sqlite_settle(statement->store);
        *row = false;
        if (status != CRM_OK)
            return status;
    }
    return statement->inserts ? step_insert(statement, row) : step_noted(statement, row);
}

struct value sqlite_column(struct statement *statement, int column)
{
    return statement->inserts ? value_integer(statement->id) : statement->row[column];
}

int sqlite_column_count(struct statement *statement)
{
    return statement->inserts ? 1 : sqlite3_column_count(statement->handle);
}

void sqlite_reset(struct statement *statement)
{
    sqlite3_reset(statement->handle);
    statement->inserted = false;
}

void sqlite_forget(struct statement *statement)
{
    sqlite3_reset(statement->handle);
    statement->inserted = false;
    sqlite3_clear_bindings(statement->handle);
}
