/* SPDX-License-Identifier: MIT */
/* The embedded engine: SQLite, one file in the book. */
#include "store/sqlite.h"

#include "base/file.h"
#include "base/text.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_error.h"
#include "store/sqlite_journal.h"
#include "store/sqlite_load.h"
#include "store/sqlite_memory.h"
#include "store/sqlite_rebuild.h"
#include "store/sqlite_watch.h"
#include "store/sqlite_inspect.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BUSY_STEP = 2, /* milliseconds between two looks at a lock */
    /* The log is written back into the file once it holds so many pages. A checkpoint costs three
     * syncs and the next write one; a small write adds about five pages, so that one in twelve
     * pays. More would be paid by all: each program that opens the book reads the whole log. */
    CHECKPOINT_PAGES = 128
};

/* lower(x) for all scripts: the engine's own knows ASCII alone. */
static void fold_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const bool null = sqlite3_value_type(values[0]) == SQLITE_NULL;
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (text == NULL && !null)
        sqlite3_result_error_nomem(context);
    if (text == NULL)
        return;
    struct buffer folded cleanup(buffer_release) = {0};
    crm_status status = text_fold(&folded, text, (size_t)sqlite3_value_bytes(values[0]));
    if (status != CRM_OK || folded.failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text(context, buffer_string(&folded), (int)folded.length, SQLITE_TRANSIENT);
}

/* False without memory. Member by member: a structure made elsewhere and copied here would be read
 * back in wider pieces than it was written, for which the processor waits; a third of the time of a
 * long list. */
static bool read_value(sqlite3_value *source, struct value *out)
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
        out->type = VALUE_TEXT;
        out->length = (size_t)sqlite3_value_bytes(source);
        return out->text != NULL;
    }
    return true;
}

/* The aggregate that hands each row over as the engine produces it: this saves stepping out of the
 * engine and fetching column by column, which costs as much as formatting the row. */
static void each_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct connection *connection = sqlite3_user_data(context);
    struct each_call *call = connection->call;
    bool whole = true;
    for (int i = 0; i < count && whole; i++)
        whole = read_value(values[i], &call->values[i]);
    call->status =
        whole ? call->each(call->context, call->values) : error_no_memory(connection->error);
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

/* The engine's own handler waits longer and longer, up to a tenth of a second: whoever has waited
 * long then hardly ever finds the lock free among others who have just come. Here all look equally
 * often, so that nobody starves. */
static int wait_for_others(void *context, int tries)
{
    struct connection *connection = context;
    const struct timespec step = {.tv_nsec = BUSY_STEP * 1000000L};
    connection->waited = tries == 0 ? 0 : connection->waited + BUSY_STEP;
    if (connection->waited >= connection->timeout)
        return 0;
    (void)nanosleep(&step, NULL);
    return 1;
}

static crm_status configure(struct store *store, enum store_mode mode)
{
    struct connection *connection = connection_of(store);
    sqlite3 *database = connection->database;
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    sqlite3_extended_result_codes(database, 1);
    connection->timeout = store->timeout;
    if (sqlite3_busy_handler(database, wait_for_others, connection) ||
        sqlite3_create_function(database, "lower", 1, flags, NULL, fold_function, NULL, NULL) ||
        sqlite3_create_function(database, "crm_each", -1, SQLITE_UTF8, connection, NULL, each_step,
                                each_final) ||
        sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, mode != STORE_CREATE, NULL))
        return sqlite_failed(store);
    if (connection->journal != NULL)
        (void)sqlite3_set_authorizer(database, watch_authorize, &connection->concerned);
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
    crm_status status = file_refuse_special(path, FILE_PLAIN, store->error);
    if (status != CRM_OK)
        return status;
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
            return sqlite_failed(store);
        error_set(store->error, CRM_IO, _("cannot open '%s'"), path);
        return error_hint(store->error, _("look at the file and its permissions"));
    }
    if (mode == STORE_WRITE)
        connection->journal = sqlite_journal_new(connection->database, connection->error);
    if (mode == STORE_WRITE && connection->journal == NULL)
        return error_no_memory(store->error);
    status = configure(store, mode);
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

/* A lasting identity's last number is kept by the engine, in a table that is there once one of them
 * is. */
static crm_status sqlite_next_id(struct store *store, const struct kind *kind, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    struct value next = value_integer(0);
    const char *sql =
        arena_printf(&arena,
                     kind_is_lasting(kind)
                         ? "SELECT max(coalesce((SELECT max(id) FROM %s), 0), "
                           "coalesce((SELECT seq FROM sqlite_sequence WHERE name = '%s'), 0)) + 1"
                         : "SELECT coalesce((SELECT max(id) FROM %s), 0) + 1",
                     kind->table, kind->table);
    if (sql == NULL)
        return error_no_memory(store->error);
    crm_status status = store_row_values(store, &arena, sql, NULL, 0, &next, 1);
    *out = next.integer;
    return status;
}

static crm_status sqlite_set_loading(struct store *store, bool loading)
{
    return sqlite_execute(store, loading ? "PRAGMA foreign_keys=OFF; PRAGMA cache_size=-16384"
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

static crm_status sqlite_set_timeout(struct store *store, int milliseconds)
{
    connection_of(store)->timeout = milliseconds;
    return CRM_OK;
}

static void sqlite_rollback(struct store *store)
{
    struct connection *connection = connection_of(store);
    sqlite_drop_waiting(store);
    if (connection->journal != NULL)
        sqlite_journal_forget(connection->journal);
    (void)sqlite3_exec(connection->database, "ROLLBACK", NULL, NULL, NULL);
}

/* To undo needs memory: without it a transaction was left open, which ends before the next begins.
 */
static crm_status begin(struct store *store, const char *sql)
{
    if (sqlite3_get_autocommit(connection_of(store)->database) == 0)
        sqlite_rollback(store);
    return sqlite_execute(store, sql);
}

static crm_status sqlite_begin(struct store *store)
{
    return begin(store, "BEGIN IMMEDIATE");
}

static crm_status sqlite_begin_reading(struct store *store)
{
    return begin(store, "BEGIN");
}

/* What is good to do after a commit, when nobody has to wait for it: the next writer gets another
 * chance. */
static void without_waiting(struct connection *connection, const char *sql)
{
    int timeout = connection->timeout;
    connection->timeout = 0;
    (void)sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
    connection->timeout = timeout;
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

/* Old pages lie in the file, free or half used, and in the log. */
static crm_status sqlite_scrub(struct store *store, bool *whole)
{
    struct connection *connection = connection_of(store);
    *whole = true;
    crm_status status = sqlite_execute(store, "VACUUM");
    if (status == CRM_OK &&
        sqlite3_wal_checkpoint_v2(connection->database, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL,
                                  NULL) != SQLITE_OK)
        status = sqlite_failed(store);
    if (status != CRM_BUSY)
        return status;
    error_set(store->error, CRM_BUSY, _("another process is reading the book"));
    return error_hint(store->error, _("try again in a moment"));
}

static crm_status sqlite_begin_entry(struct store *store, int64_t entry)
{
    if (connection_of(store)->journal == NULL)
        return error_set(store->error, CRM_USAGE, _("the store was not opened for writing"));
    sqlite_journal_begin(connection_of(store)->journal, entry);
    return CRM_OK;
}

static crm_status sqlite_end_entry(struct store *store, struct buffer *added,
                                   char images_digest[DIGEST_TEXT])
{
    crm_status status = sqlite_settle(store);
    return status == CRM_OK
               ? sqlite_journal_end(connection_of(store)->journal, added, images_digest)
               : status;
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

static crm_status sqlite_last_number(struct store *store, const char *table, int64_t *out)
{
    struct arena arena cleanup(arena_release) = {0};
    const struct value name = value_text(table);
    struct value last = value_null();
    crm_status status = store_row_values(
        store, &arena, "SELECT seq FROM sqlite_sequence WHERE name = $1", &name, 1, &last, 1);
    *out = last.integer;
    return status == CRM_NOT_FOUND ? CRM_OK : status;
}

/* The engine's own table has no key that an upsert could go by. */
static crm_status sqlite_set_last_number(struct store *store, const char *table, int64_t last)
{
    const struct value values[] = {value_text(table), value_integer(last)};
    crm_status status = store_run(store, "DELETE FROM sqlite_sequence WHERE name = $1", values, 1);
    return status != CRM_OK || last == 0
               ? status
               : store_run(store, "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", values,
                           2);
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
    .appender_open = sqlite_appender_open,
    .appender_add = sqlite_appender_add,
    .appender_close = sqlite_appender_close,
    .settle = sqlite_settle,
    .next_id = sqlite_next_id,
    .set_loading = sqlite_set_loading,
    .changes = sqlite_changes,
    .total_changes = sqlite_total_changes,
    .set_timeout = sqlite_set_timeout,
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
    .scrub = sqlite_scrub,
    .rebuild = sqlite_rebuild,
    .examine = sqlite_examine,
    .rebuild_index = sqlite_rebuild_index,
    .columns_sql = sqlite_columns_sql,
    .indexes_sql = sqlite_indexes_sql,
    .triggers_sql = sqlite_triggers_sql,
    .last_number = sqlite_last_number,
    .set_last_number = sqlite_set_last_number,
    .backup = sqlite_backup,
};
