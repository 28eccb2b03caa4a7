/* SPDX-License-Identifier: MIT */
/* The embedded engine: SQLite, one file in the book. */
#include "store/driver.h"

#include "base/text.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_error.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_memory.h"
#include "store/sqlite_rebuild.h"
#include "store/sqlite_source.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUSY_MILLISECONDS = 10000,
    /* The log is written back into the file once it holds so many pages. A checkpoint costs three
     * syncs and the next write one; a small write adds about five pages, so that one in twelve
     * pays. More would be paid by all: each program that opens the book reads the whole log. */
    CHECKPOINT_PAGES = 128
};

/* The query under way in store_each, to which the aggregate function hands its rows. */
struct each_call {
    store_row each;
    void *context;
    crm_status status;
    struct error error; /* the caller's, kept from being overwritten by the engine's */
    struct value *values;
};

struct connection {
    sqlite3 *database;
    int log_pages; /* in the write-ahead log after the last commit */
    struct each_call *call;
    struct sqlite_source *source;   /* registered, NULL for none */
    struct sqlite_journal *journal; /* NULL before the first entry */
    struct error *error;
};

static struct connection *connection_of(const struct store *store)
{
    return store->connection;
}

/* The engine's failure as ours, with a sentence for a person. */
static crm_status fail(struct store *store)
{
    return sqlite_fail(connection_of(store)->database, store->error);
}

/* lower(x) for all scripts: the engine's own knows ASCII alone. */
static void fold_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (text == NULL)
        return;
    struct buffer folded cleanup(buffer_release) = {0};
    crm_status status = text_fold(&folded, text, (size_t)sqlite3_value_bytes(values[0]));
    if (status != CRM_OK || folded.failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text(context, buffer_string(&folded), (int)folded.length, SQLITE_TRANSIENT);
}

/* Member by member: a structure made elsewhere and copied here would be read back in wider pieces
 * than it was written, for which the processor waits; a third of the time of a long list. */
static void read_value(sqlite3_value *source, struct value *out)
{
    out->integer = 0;
    out->real = 0;
    out->text = NULL;
    out->length = 0;
    switch (sqlite3_value_type(source)) {
    case SQLITE_NULL:
        out->type = VALUE_NULL;
        break;
    case SQLITE_INTEGER:
        out->type = VALUE_INTEGER;
        out->integer = sqlite3_value_int64(source);
        break;
    case SQLITE_FLOAT:
        out->type = VALUE_REAL;
        out->real = sqlite3_value_double(source);
        break;
    default:
        out->text = (const char *)sqlite3_value_text(source);
        out->type = out->text == NULL ? VALUE_NULL : VALUE_TEXT; /* memory is exhausted */
        out->length = (size_t)sqlite3_value_bytes(source);
    }
}

/* The aggregate that hands each row over as the engine produces it: this saves stepping out of the
 * engine and fetching column by column, which costs as much as formatting the row. */
static void each_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct connection *connection = sqlite3_user_data(context);
    struct each_call *call = connection->call;
    for (int i = 0; i < count; i++)
        read_value(values[i], &call->values[i]);
    call->status = call->each(call->context, call->values);
    if (call->status == CRM_OK)
        return;
    call->error = *connection->error;
    sqlite3_result_error(context, "stopped", -1);
}

static void each_final(sqlite3_context *context)
{
    sqlite3_result_null(context);
}

static int note_log_pages(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    ((struct connection *)context)->log_pages = pages;
    return SQLITE_OK;
}

/* Each allocation is counted under a lock otherwise, and opening a book makes thousands. The engine
 * refuses these settings once it is in use, which is as good. */
static void sqlite_own_process(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite_memory_install();
}

static bool sqlite_accepts(const char *path)
{
    return strstr(path, "://") == NULL;
}

static crm_status configure(struct store *store, enum store_mode mode)
{
    struct connection *connection = connection_of(store);
    sqlite3 *database = connection->database;
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, BUSY_MILLISECONDS);
    if (sqlite3_create_function(database, "lower", 1, flags, NULL, fold_function, NULL, NULL) ||
        sqlite3_create_function(database, "crm_each", -1, SQLITE_UTF8, connection, NULL, each_step,
                                each_final) ||
        sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode != STORE_CREATE, NULL))
        return fail(store);
    /* The hook replaces the automatic checkpoint: see commit. */
    sqlite3_wal_hook(database, note_log_pages, connection);
    if (mode == STORE_READ)
        return CRM_OK;
    return store_execute(store, mode == STORE_CREATE
                                    ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                      "PRAGMA foreign_keys=ON"
                                    : "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
}

/* Whether the file lies where nothing can be written (an archive, another user's book) and has no
 * log: such a file is complete, and the engine must be told not to look for more. */
static bool is_archived(const char *path)
{
    struct arena arena cleanup(arena_release) = {0};
    const char *slash = strrchr(path, '/');
    const char *directory =
        slash == NULL ? "." : arena_copy_length(&arena, path, (size_t)(slash - path) + 1);
    const char *log = arena_printf(&arena, "%s-wal", path);
    if (directory == NULL || log == NULL)
        return false;
    bool writable = access(path, W_OK) == 0 && access(directory, W_OK) == 0;
    return !writable && access(log, F_OK) != 0;
}

/* file:…?immutable=1; what means something in such a name is written as %xx. */
static char *archive_name(struct arena *arena, const char *path)
{
    struct buffer name cleanup(buffer_release) = {0};
    buffer_text(&name, "file:");
    for (const char *at = path; *at != '\0'; at++)
        buffer_printf(&name, strchr("%?#", *at) != NULL ? "%%%02x" : "%c", (unsigned char)*at);
    buffer_text(&name, "?immutable=1");
    return name.failed ? NULL : arena_copy(arena, buffer_string(&name));
}

static crm_status sqlite_open(struct store *store, const char *path, enum store_mode mode)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return error_no_memory(store->error);
    store->connection = connection;
    connection->error = store->error;
    struct arena arena cleanup(arena_release) = {0};
    const char *name = path;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
                (mode == STORE_CREATE ? SQLITE_OPEN_CREATE : 0);
    if (mode == STORE_READ && is_archived(path)) {
        name = archive_name(&arena, path);
        flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    if (name == NULL)
        return error_no_memory(store->error);
    if (sqlite3_open_v2(name, &connection->database, flags, NULL) != SQLITE_OK) {
        if (sqlite3_errcode(connection->database) != SQLITE_CANTOPEN)
            return fail(store);
        error_set(store->error, CRM_IO, _("cannot open '%s'"), path);
        return error_hint(store->error, _("look at the file and its permissions"));
    }
    crm_status status = configure(store, mode);
    if (status == CRM_OK && mode == STORE_WRITE &&
        sqlite3_db_readonly(connection->database, "main") == 1) {
        error_set(store->error, CRM_READONLY, _("'%s' cannot be written"), path);
        return error_hint(store->error, _("look at the permissions of the book's files"));
    }
    return status;
}

static void sqlite_close(struct store *store)
{
    struct connection *connection = connection_of(store);
    if (connection != NULL) {
        sqlite_journal_free(connection->journal);
        sqlite3_close(connection->database);
    }
    free(connection);
}

static crm_status execute(struct store *store, const char *sql)
{
    int code = sqlite3_exec(connection_of(store)->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? CRM_OK : fail(store);
}

static crm_status sqlite_execute(struct store *store, const char *sql)
{
    struct sqlite_journal *journal = connection_of(store)->journal;
    struct sqlite_journal_mark mark;
    if (journal == NULL)
        return execute(store, sql);
    crm_status status = sqlite_journal_enter(journal, &mark);
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

static crm_status sqlite_prepare(struct statement *statement, const char *sql)
{
    sqlite3 *database = connection_of(statement->store)->database;
    sqlite3_stmt *handle = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &handle, NULL) != SQLITE_OK)
        return fail(statement->store);
    int count = sqlite3_bind_parameter_count(handle), place = 1;
    while (place <= count && is_number(sqlite3_bind_parameter_name(handle, place), place))
        place++;
    statement->handle = handle;
    statement->ordered = place > count;
    return CRM_OK;
}

static void sqlite_finalize(void *handle)
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
    return code == SQLITE_OK ? CRM_OK : fail(store);
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

static crm_status sqlite_bind(struct statement *statement, int index, const struct value *value)
{
    int place = place_of(statement, index);
    if (place == 0)
        return error_set(statement->store->error, CRM_USAGE, _("a query has no parameter $%d"),
                         index);
    return bind_handle(statement->store, statement->handle, place, value);
}

static crm_status step(struct statement *statement, bool *row)
{
    struct connection *connection = connection_of(statement->store);
    int code = sqlite3_step(statement->handle);
    *row = code == SQLITE_ROW;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return CRM_OK;
    /* The source's own failure says more than the engine's "aborted". */
    if (connection->source != NULL && sqlite_source_failed(connection->source, connection->error))
        return connection->error->status;
    return fail(statement->store);
}

static crm_status sqlite_step(struct statement *statement, bool *row)
{
    struct sqlite_journal *journal = connection_of(statement->store)->journal;
    struct sqlite_journal_mark mark;
    if (journal == NULL || sqlite3_stmt_readonly(statement->handle))
        return step(statement, row);
    *row = false;
    crm_status status = sqlite_journal_enter(journal, &mark);
    if (status == CRM_OK)
        status = step(statement, row);
    crm_status noted = sqlite_journal_leave(journal, &mark, status != CRM_OK);
    return status == CRM_OK ? noted : status;
}

static struct value sqlite_column(struct statement *statement, int column)
{
    sqlite3_stmt *handle = statement->handle;
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER:
        return value_integer(sqlite3_column_int64(handle, column));
    case SQLITE_FLOAT:
        return value_real(sqlite3_column_double(handle, column));
    case SQLITE_NULL:
        return value_null();
    default: {
        const char *text = (const char *)sqlite3_column_text(handle, column);
        return text == NULL ? value_null()
                            : value_text_length(text, (size_t)sqlite3_column_bytes(handle, column));
    }
    }
}

static int sqlite_column_count(struct statement *statement)
{
    return sqlite3_column_count(statement->handle);
}

static void sqlite_reset(struct statement *statement)
{
    sqlite3_reset(statement->handle);
}

static void sqlite_forget(struct statement *statement)
{
    sqlite3_reset(statement->handle);
    sqlite3_clear_bindings(statement->handle);
}

static bool is_sorted(const struct store_select *select)
{
    return select->order != NULL && !select->as_stored;
}

/* SELECT crm_each(c0, c1, …) FROM (SELECT … AS c0, … ORDER BY …): the aggregate takes rows in the
 * order of the inner query, which is left out when the stored order will do. */
static void each_sql(struct buffer *sql, const struct store_select *select)
{
    buffer_text(sql, "SELECT crm_each(");
    for (size_t i = 0; i < select->column_count; i++) {
        buffer_text(sql, i > 0 ? "," : "");
        if (is_sorted(select))
            buffer_printf(sql, "c%zu", i);
        else
            buffer_text(sql, select->columns[i]);
    }
    if (!is_sorted(select)) {
        buffer_printf(sql, ") %s", select->from);
        return;
    }
    buffer_text(sql, ") FROM (SELECT ");
    for (size_t i = 0; i < select->column_count; i++)
        buffer_printf(sql, "%s%s AS c%zu", i > 0 ? "," : "", select->columns[i], i);
    buffer_printf(sql, " %s ORDER BY %s)", select->from, select->order);
}

static crm_status run_each(struct store *store, const char *sql, const struct value *parameters,
                           size_t count, struct each_call *call)
{
    struct connection *connection = connection_of(store);
    struct each_call *outer = connection->call;
    connection->call = call;
    crm_status status = store_run(store, sql, parameters, count);
    connection->call = outer;
    return call->status != CRM_OK ? call->status : status;
}

/* A function of the engine takes so many arguments and no more; fields of the policy's own may make
 * it more columns than that. */
static crm_status step_each(struct store *store, const struct store_select *select,
                            const struct value *parameters, size_t count, store_row each,
                            void *context)
{
    struct buffer sql cleanup(buffer_release) = {0};
    buffer_text(&sql, "SELECT ");
    for (size_t i = 0; i < select->column_count; i++)
        buffer_printf(&sql, "%s%s", i > 0 ? "," : "", select->columns[i]);
    buffer_printf(&sql, " %s", select->from);
    if (is_sorted(select))
        buffer_printf(&sql, " ORDER BY %s", select->order);
    if (sql.failed)
        return error_no_memory(store->error);
    return store_query(store, buffer_string(&sql), parameters, count, each, context);
}

static crm_status sqlite_each(struct store *store, const struct store_select *select,
                              const struct value *parameters, size_t count, store_row each,
                              void *context)
{
    int most = sqlite3_limit(connection_of(store)->database, SQLITE_LIMIT_FUNCTION_ARG, -1);
    if (select->column_count > (size_t)most)
        return step_each(store, select, parameters, count, each, context);
    struct buffer sql cleanup(buffer_release) = {0};
    each_sql(&sql, select);
    struct value *values cleanup(cleanup_free) = calloc(select->column_count, sizeof *values);
    if (sql.failed || values == NULL)
        return error_no_memory(store->error);
    struct each_call call = {.each = each, .context = context, .values = values};
    crm_status status = run_each(store, buffer_string(&sql), parameters, count, &call);
    if (call.status != CRM_OK)
        *store->error = call.error;
    return status;
}

static crm_status run_append(struct store *store, const char *table,
                             const struct store_source *source, const size_t *places, size_t count)
{
    struct buffer list cleanup(buffer_release) = {0};
    struct buffer sql cleanup(buffer_release) = {0};
    for (size_t i = 0; i < count; i++)
        buffer_printf(&list, "%s%s", i > 0 ? ", " : "", source->columns[places[i]]);
    buffer_printf(&sql, "INSERT INTO %s (%s) SELECT %s FROM %s", table, buffer_string(&list),
                  buffer_string(&list), sqlite_source_name);
    return list.failed || sql.failed ? error_no_memory(store->error)
                                     : store_run(store, buffer_string(&sql), NULL, 0);
}

static crm_status sqlite_append(struct store *store, const char *table,
                                const struct store_source *source, const size_t *places,
                                size_t count)
{
    struct connection *connection = connection_of(store);
    connection->source = sqlite_source_register(connection->database, source, connection->error);
    if (connection->source == NULL)
        return fail(store);
    crm_status status = run_append(store, table, source, places, count);
    sqlite_source_unregister(connection->database, connection->source);
    connection->source = NULL;
    return status;
}

static crm_status sqlite_set_loading(struct store *store, bool loading)
{
    return sqlite_execute(store, loading ? "PRAGMA foreign_keys=OFF; PRAGMA cache_size=-12288"
                                         : "PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000");
}

static int64_t sqlite_changes(struct store *store)
{
    return sqlite3_changes64(connection_of(store)->database);
}

static int64_t sqlite_total_changes(struct store *store)
{
    return sqlite3_total_changes64(connection_of(store)->database);
}

static crm_status sqlite_begin(struct store *store)
{
    return sqlite_execute(store, "BEGIN IMMEDIATE");
}

static crm_status sqlite_begin_reading(struct store *store)
{
    return sqlite_execute(store, "BEGIN");
}

/* What is good to do after a commit, when nobody has to wait for it: the next writer gets another
 * chance. */
static void without_waiting(struct connection *connection, const char *sql)
{
    sqlite3_busy_timeout(connection->database, 0);
    (void)sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
    sqlite3_busy_timeout(connection->database, BUSY_MILLISECONDS);
}

static crm_status sqlite_commit(struct store *store)
{
    struct connection *connection = connection_of(store);
    connection->log_pages = 0;
    crm_status status = sqlite_execute(store, "COMMIT");
    if (status != CRM_OK)
        return status;
    /* A reader may hold the log, a list in a pager for minutes. */
    if (connection->log_pages >= CHECKPOINT_PAGES)
        without_waiting(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    /* A database unpacked by hand from a backup has no log, and its readers would hold up writers.
     */
    if (connection->log_pages == 0)
        without_waiting(connection, "PRAGMA journal_mode=WAL");
    return status;
}

static void sqlite_rollback(struct store *store)
{
    struct connection *connection = connection_of(store);
    if (connection->journal != NULL)
        sqlite_journal_forget(connection->journal);
    (void)sqlite3_exec(connection_of(store)->database, "ROLLBACK", NULL, NULL, NULL);
}

static crm_status sqlite_begin_entry(struct store *store, int64_t entry)
{
    struct connection *connection = connection_of(store);
    if (connection->journal == NULL)
        connection->journal = sqlite_journal_new(connection->database, connection->error);
    if (connection->journal == NULL)
        return error_no_memory(store->error);
    sqlite_journal_begin(connection->journal, entry);
    return CRM_OK;
}

static crm_status sqlite_end_entry(struct store *store, struct buffer *added,
                                   char images_digest[DIGEST_TEXT])
{
    return sqlite_journal_end(connection_of(store)->journal, added, images_digest);
}

static crm_status sqlite_is_blank(struct store *store, bool *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value tables = value_null();
    crm_status status =
        store_row_values(store, &arena, "SELECT count(*) FROM sqlite_schema", NULL, 0, &tables, 1);
    *out = status == CRM_OK && tables.integer == 0;
    return status;
}

static crm_status sqlite_schema_version(struct store *store, int *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value version;
    crm_status status =
        store_row_values(store, &arena, "PRAGMA user_version", NULL, 0, &version, 1);
    *out = status == CRM_OK ? (int)version.integer : 0;
    return status;
}

static crm_status sqlite_set_schema_version(struct store *store, int version)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d", version);
    return sqlite_execute(store, sql);
}

static crm_status sqlite_verify(struct store *store)
{
    return sqlite_verify_file(connection_of(store)->database, store->error);
}

/* By a connection of its own, so that the copy is of what was committed, also while this one is in
 * the middle of a transaction. */
static crm_status sqlite_backup(struct store *store, const char *path, store_progress progress,
                                void *context)
{
    const char *name = sqlite3_db_filename(connection_of(store)->database, "main");
    struct store *source = NULL;
    crm_status status = store_open(name, STORE_READ, &source, store->error);
    int version;
    if (status == CRM_OK)
        status = store_begin_reading(source);
    if (status == CRM_OK)
        status = store_schema_version(source, &version); /* the first reading makes the view */
    if (status == CRM_OK)
        status = sqlite_backup_file(connection_of(source)->database, path, progress, context,
                                    store->error);
    store_close(source);
    return status;
}

const struct store_driver store_driver_sqlite = {
    .name = "sqlite",
    .accepts = sqlite_accepts,
    .own_process = sqlite_own_process,
    .open = sqlite_open,
    .close = sqlite_close,
    .execute = sqlite_execute,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .bind = sqlite_bind,
    .step = sqlite_step,
    .column = sqlite_column,
    .column_count = sqlite_column_count,
    .reset = sqlite_reset,
    .forget = sqlite_forget,
    .each = sqlite_each,
    .append = sqlite_append,
    .set_loading = sqlite_set_loading,
    .changes = sqlite_changes,
    .total_changes = sqlite_total_changes,
    .begin = sqlite_begin,
    .begin_reading = sqlite_begin_reading,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .journal_begin = sqlite_begin_entry,
    .journal_end = sqlite_end_entry,
    .identity_type = "INTEGER PRIMARY KEY",
    .lasting_identity_type = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .cluster_suffix = " WITHOUT ROWID",
    .types =
        {
            [DATA_TEXT] = "TEXT",
            [DATA_INTEGER] = "INTEGER",
            [DATA_DECIMAL] = "INTEGER",
            [DATA_REAL] = "REAL",
            [DATA_BOOLEAN] = "INTEGER",
            [DATA_DATE] = "TEXT",
            [DATA_TIME] = "TEXT",
            [DATA_ENUM] = "TEXT",
            [DATA_TAGS] = "TEXT",
            [DATA_REFERENCE] = "INTEGER",
            [DATA_JSON] = "TEXT",
        },
    .is_blank = sqlite_is_blank,
    .schema_version = sqlite_schema_version,
    .set_schema_version = sqlite_set_schema_version,
    .rebuild = sqlite_rebuild,
    .verify = sqlite_verify,
    .backup = sqlite_backup,
};
