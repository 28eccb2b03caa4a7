/* SPDX-License-Identifier: MIT */
/* The engine for a team: PostgreSQL, in the schema "crm" of a database. Connections, transactions
 * and what a failure of the server means. */
#include "store/postgres.h"

#include "base/address.h"
#include "base/text.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

static bool postgres_accepts(const char *path)
{
    return address_is_postgres(path);
}

/* ---- Failures ---- */

/* The library's text without its line ends, and without a password that stands in an address. */
static void tidy_message(const char *message, struct buffer *out)
{
    struct buffer line cleanup(buffer_release) = {0};
    size_t length = strlen(message);
    while (length > 0 && message[length - 1] == '\n')
        length--;
    for (size_t i = 0; i < length; i++)
        if (message[i] == '\n')
            buffer_text(&line, "; ");
        else if (message[i] != '\t')
            buffer_character(&line, message[i]);
    text_mask_passwords(out, buffer_string(&line), line.length);
}

/* Without memory the library has nothing to say, or says so in its own words or in the system's. */
static bool tells_no_memory(const char *reason)
{
    return reason == NULL || *reason == '\0' || strstr(reason, "out of memory") != NULL ||
           strstr(reason, gai_strerror(EAI_MEMORY)) != NULL ||
           strstr(reason, strerror(ENOMEM)) != NULL;
}

static crm_status fail_connection(struct store *store, const char *reason)
{
    struct buffer message cleanup(buffer_release) = {0};
    if (tells_no_memory(reason))
        return error_no_memory(store->error);
    tidy_message(reason, &message);
    error_set(store->error, CRM_IO, _("the database server cannot be reached: %s"),
              buffer_string(&message));
    return error_hint(store->error,
                      _("does it run and take writes, and are host, user, password and name right "
                        "in database: of policy.yaml (or CRM_DATABASE)?"));
}

static crm_status fail_busy(struct store *store)
{
    error_set(store->error, CRM_BUSY, _("another process is writing to the book"));
    return error_hint(store->error, _("try again in a moment"));
}

static crm_status fail_readonly(struct store *store, const char *message)
{
    error_set(store->error, CRM_READONLY, _("the book cannot be written: %s"), message);
    return error_hint(store->error, _("is the server a standby? Name the primary's host too"));
}

static crm_status fail_refused(struct store *store, const char *message)
{
    error_set(store->error, CRM_READONLY, _("the database does not allow it: %s"), message);
    return error_hint(store->error, _("ask the book's administrator for the right to do it"));
}

static crm_status fail_sum(struct store *store)
{
    error_set(store->error, CRM_INVALID, _("a sum of amounts is too large"));
    return error_hint(store->error, _("look at the amounts: sums are kept below 9×10^14"));
}

static crm_status fail_other(struct store *store, const char *state, const char *message)
{
    crm_status status = strncmp(state, "23", 2) == 0   ? CRM_CONFLICT
                        : strncmp(state, "XX", 2) == 0 ? CRM_CORRUPT
                        : strcmp(state, "42P01") == 0  ? CRM_CORRUPT /* no such table */
                        : strcmp(state, "42703") == 0  ? CRM_CORRUPT /* no such column */
                        : strncmp(state, "53", 2) == 0 ? CRM_IO
                        : strncmp(state, "58", 2) == 0 ? CRM_IO
                                                       : CRM_USAGE;
    error_set(store->error, status, _("the book's database: %s"), message);
    if (strcmp(state, "53100") == 0)
        return error_hint(store->error, _("make room on the disk, then try again"));
    if (status == CRM_CORRUPT)
        return error_hint(store->error, _("restore it from a backup"));
    return status;
}

/* By the five characters that the SQL standard and PostgreSQL give each condition. */
static crm_status fail_state(struct store *store, const char *state, const char *message)
{
    static const char *const busy[] = {"55P03", "40001", "40P01"};
    for (size_t i = 0; i < sizeof busy / sizeof *busy; i++)
        if (strcmp(state, busy[i]) == 0)
            return fail_busy(store);
    /* The server ends, or the way to it does. */
    if (strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0)
        return fail_connection(store, message);
    if (strcmp(state, "25006") == 0)
        return fail_readonly(store, message);
    if (strcmp(state, "42501") == 0)
        return fail_refused(store, message);
    if (strcmp(state, "22003") == 0)
        return fail_sum(store);
    return fail_other(store, state, message);
}

/* A sound connection stays in a pipeline when memory for one of its answers was not to be had. */
static bool left_in_pipeline(const struct postgres *postgres)
{
    return postgres->connection != NULL &&
           postgres->library.PQstatus(postgres->connection) == CONNECTION_OK &&
           postgres->library.PQpipelineStatus(postgres->connection) != PQ_PIPELINE_OFF;
}

crm_status postgres_fail(struct store *store, const PGresult *result)
{
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    const char *state = result == NULL ? NULL : pq->PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (postgres->connection == NULL || pq->PQstatus(postgres->connection) == CONNECTION_BAD ||
        state == NULL)
        return fail_connection(
            store, left_in_pipeline(postgres) ? NULL : pq->PQerrorMessage(postgres->connection));
    const char *message = pq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    return fail_state(store, state, message == NULL ? state : message);
}

/* ---- Opening ---- */

#define TEXT_OF_VALUE(value) #value
#define TEXT_OF(value)       TEXT_OF_VALUE(value)

/* What every connection is set to, in the message that opens it: a SET would be a round trip. The
 * own schema comes before the server's functions, so that lower() is the book's. */
static const char connection_options[] = "-c search_path=crm,pg_catalog -c lock_timeout=" TEXT_OF(
    STORE_TIMEOUT) " -c client_min_messages=error -c jit=off "
                   "-c cursor_tuple_fraction=1 -c standard_conforming_strings=on -c "
                   "extra_float_digits=1 "
                   "-c timezone=UTC -c default_transaction_isolation=read\\ committed";

/* An option of the user's address; NULL when it has none. */
static const char *given_option(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val;
    return NULL;
}

enum { MOST_KEYWORDS = 8 };

struct keywords {
    const char *names[MOST_KEYWORDS + 1];
    const char *values[MOST_KEYWORDS + 1];
    size_t count;
};

static void add_keyword(struct keywords *keywords, const char *name, const char *value)
{
    keywords->names[keywords->count] = name;
    keywords->values[keywords->count++] = value;
}

static crm_status connect_with(struct store *store, const char *path, enum store_mode mode,
                               const PQconninfoOption *given)
{
    struct postgres *postgres = postgres_of(store);
    struct arena arena cleanup(arena_release) = {0};
    const char *own = given_option(given, "options");
    const char *options = arena_printf(&arena, "%s%s%s", connection_options, own == NULL ? "" : " ",
                                       own == NULL ? "" : own);
    if (options == NULL)
        return error_no_memory(store->error);
    struct keywords keywords = {.count = 0};
    add_keyword(&keywords, "dbname", path);
    add_keyword(&keywords, "options", options);
    add_keyword(&keywords, "client_encoding", "UTF8");
    add_keyword(&keywords, "fallback_application_name", "crm");
    if (given_option(given, "connect_timeout") == NULL)
        add_keyword(&keywords, "connect_timeout", "10");
    /* Of several hosts a writer needs the one that takes writes. */
    if (mode != STORE_READ)
        add_keyword(&keywords, "target_session_attrs", "read-write");
    postgres->connection = postgres->library.PQconnectdbParams(keywords.names, keywords.values, 1);
    if (postgres->connection == NULL)
        return error_no_memory(store->error);
    return postgres->library.PQstatus(postgres->connection) == CONNECTION_OK
               ? CRM_OK
               : fail_connection(store, postgres->library.PQerrorMessage(postgres->connection));
}

/* The server's remarks are no business of a person's; failures come as results. */
static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static crm_status check_server(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    const char *encoding =
        postgres->library.PQparameterStatus(postgres->connection, "server_encoding");
    (void)postgres->library.PQsetNoticeReceiver(postgres->connection, ignore_notice, NULL);
    const int version = postgres->library.PQserverVersion(postgres->connection);
    /* Every server tells both: there was no memory to note it. */
    if (version == 0 || encoding == NULL)
        return error_no_memory(store->error);
    if (version < 140000) {
        error_set(store->error, CRM_USAGE, _("the database server is too old"));
        return error_hint(store->error, _("PostgreSQL 14 or newer is needed"));
    }
    if (strcmp(encoding, "UTF8") != 0) {
        error_set(store->error, CRM_USAGE, _("the database's encoding is %s"), encoding);
        return error_hint(store->error,
                          _("make one with: createdb --encoding UTF8 --template template0"));
    }
    return CRM_OK;
}

static crm_status refuse_address(struct store *store, char *reason)
{
    struct buffer message cleanup(buffer_release) = {0};
    if (tells_no_memory(reason)) {
        postgres_of(store)->library.PQfreemem(reason);
        return error_no_memory(store->error);
    }
    tidy_message(reason, &message);
    postgres_of(store)->library.PQfreemem(reason);
    error_set(store->error, CRM_USAGE, _("the database's address is not understood: %s"),
              buffer_string(&message));
    return error_hint(store->error, _("write it as postgresql://user@host/name"));
}

static crm_status postgres_open(struct store *store, const char *path, enum store_mode mode)
{
    struct postgres *postgres = calloc(1, sizeof *postgres);
    if (postgres == NULL)
        return error_no_memory(store->error);
    store->connection = postgres;
    crm_status status = postgres_library_load(&postgres->library, store->error);
    if (status != CRM_OK)
        return status;
    char *reason = NULL;
    PQconninfoOption *given = postgres->library.PQconninfoParse(path, &reason);
    if (given == NULL)
        return refuse_address(store, reason);
    status = connect_with(store, path, mode, given);
    postgres->library.PQconninfoFree(given);
    return status == CRM_OK ? check_server(store) : status;
}

static void postgres_close(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    if (postgres == NULL)
        return;
    if (postgres->connection != NULL)
        postgres->library.PQfinish(postgres->connection);
    postgres_named_release(postgres);
    postgres_ahead_release(postgres);
    free(postgres);
}

/* ---- Transactions ---- */

/* Any number will do, as long as all agree: that of the book's writers in this database. */
#define LOCK_OF_WRITERS "SELECT pg_advisory_xact_lock(4345421)"

crm_status postgres_open_with(struct store *store, const char *sql)
{
    struct postgres *postgres = postgres_of(store);
    if (postgres->opening_count == MOST_OPENING)
        return error_set(store->error, CRM_USAGE, _("too much stands before a statement"));
    postgres->opening[postgres->opening_count++] = sql;
    return CRM_OK;
}

/* 0 would mean for ever. */
static crm_status postgres_set_timeout(struct store *store, int milliseconds)
{
    char sql[48];
    (void)snprintf(sql, sizeof sql, "SET lock_timeout = %d", milliseconds > 0 ? milliseconds : 1);
    return postgres_execute(store, sql);
}

static crm_status postgres_begin(struct store *store)
{
    postgres_forget_ahead(postgres_of(store));
    postgres_of(store)->in_block = true;
    crm_status status = postgres_open_with(store, "BEGIN");
    if (status == CRM_OK)
        status = postgres_open_with(store, LOCK_OF_WRITERS);
    return status == CRM_OK && postgres_of(store)->unguarded ? postgres_renew_guards(store)
                                                             : status;
}

#define TURN_NUMBER "4345422"

static crm_status postgres_lock_turn(struct store *store)
{
    return postgres_execute(store, "SELECT pg_advisory_lock(" TURN_NUMBER ")");
}

/* Whoever lost the connection has lost the lock. */
static void postgres_unlock_turn(struct store *store)
{
    struct error kept = *store->error;
    (void)postgres_execute(store, "SELECT pg_advisory_unlock(" TURN_NUMBER ")");
    *store->error = kept;
}

static crm_status postgres_begin_reading(struct store *store)
{
    postgres_forget_ahead(postgres_of(store));
    postgres_of(store)->in_block = true;
    postgres_of(store)->reading = true;
    return postgres_open_with(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static crm_status postgres_begin_shadow(struct store *store)
{
    const char *standby = postgres_of(store)->library.PQparameterStatus(
        postgres_of(store)->connection, "in_hot_standby");
    if (standby != NULL && strcmp(standby, "on") == 0) {
        error_set(store->error, CRM_READONLY,
                  _("a stand-by server cannot show the past: it makes no temporary tables"));
        return error_hint(store->error, _("ask the primary: name its host in database: of "
                                          "policy.yaml, or in CRM_DATABASE"));
    }
    postgres_forget_ahead(postgres_of(store));
    postgres_of(store)->in_block = true;
    return postgres_open_with(store, "BEGIN ISOLATION LEVEL REPEATABLE READ");
}

static crm_status postgres_commit(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    crm_status settled = postgres_settle(store);
    if (settled != CRM_OK)
        return settled;
    postgres->in_block = false;
    postgres->opening_count = 0;
    if (postgres->library.PQtransactionStatus(postgres->connection) == PQTRANS_IDLE)
        return CRM_OK; /* nothing was done */
    /* COMMIT of a transaction in which something failed ends it without a failure of its own. */
    bool failed = postgres->library.PQtransactionStatus(postgres->connection) == PQTRANS_INERROR;
    crm_status status = postgres_execute(store, "COMMIT");
    if (status == CRM_OK && failed)
        return error_set(store->error, CRM_IO,
                         _("the book's database took back what was written: a statement failed"));
    if (postgres->library.PQstatus(postgres->connection) == CONNECTION_BAD)
        return error_hint(store->error, _("whether this was still written, crm log tells"));
    return status;
}

static void postgres_rollback(struct store *store)
{
    struct postgres *postgres = postgres_of(store);
    const struct postgres_library *pq = &postgres->library;
    postgres_drop_waiting(store);
    postgres_forget_ahead(postgres);
    bool begun = pq->PQtransactionStatus(postgres->connection) == PQTRANS_INTRANS ||
                 pq->PQtransactionStatus(postgres->connection) == PQTRANS_INERROR;
    postgres->in_block = false;
    postgres->opening_count = 0;
    postgres->over = begun && postgres->reading;
    postgres->reading = false;
    if (begun && !postgres->over)
        pq->PQclear(pq->PQexec(postgres->connection, "ROLLBACK"));
}

/* ---- Loading ---- */

static crm_status postgres_set_loading(struct store *store, bool loading)
{
    (void)store;
    (void)loading;
    return CRM_OK;
}

static int64_t postgres_changes(struct store *store)
{
    return postgres_of(store)->changes;
}

static int64_t postgres_total_changes(struct store *store)
{
    return postgres_of(store)->total_changes;
}

#define TEXT_TYPE "text COLLATE \"C\"" /* compared byte by byte */

const struct store_driver store_driver_postgres = {
    .name = "postgresql",
    .accepts = postgres_accepts,
    .open = postgres_open,
    .close = postgres_close,
    .execute = postgres_execute,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .bind = postgres_bind,
    .step = postgres_step,
    .column = postgres_column,
    .column_count = postgres_column_count,
    .reset = postgres_reset,
    .forget = postgres_forget,
    .each = postgres_each,
    .append = postgres_append,
    .appender_open = postgres_appender_open,
    .appender_add = postgres_appender_add,
    .appender_close = postgres_appender_close,
    .updater_open = postgres_updater_open,
    .updater_set = postgres_updater_set,
    .updater_close = postgres_updater_close,
    .settle = postgres_settle,
    .announce = postgres_announce,
    .next_id = postgres_next_id,
    .set_loading = postgres_set_loading,
    .changes = postgres_changes,
    .total_changes = postgres_total_changes,
    .set_timeout = postgres_set_timeout,
    .begin = postgres_begin,
    .begin_reading = postgres_begin_reading,
    .begin_shadow = postgres_begin_shadow,
    .lock_turn = postgres_lock_turn,
    .unlock_turn = postgres_unlock_turn,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .begin_schema = postgres_begin_schema,
    .finish_table = postgres_finish_table,
    .scrub = postgres_scrub,
    .journal_begin = postgres_journal_begin,
    .journal_end = postgres_journal_end,
    .identity_type = "bigint PRIMARY KEY",
    .lasting_identity_type = "bigint PRIMARY KEY",
    .cluster_suffix = "",
    .types =
        {
            [DATA_TEXT] = TEXT_TYPE,
            [DATA_INTEGER] = "bigint",
            [DATA_DECIMAL] = "bigint",
            [DATA_REAL] = "double precision",
            [DATA_BOOLEAN] = "bigint",
            [DATA_DATE] = TEXT_TYPE,
            [DATA_TIME] = TEXT_TYPE,
            [DATA_ENUM] = TEXT_TYPE,
            [DATA_TAGS] = TEXT_TYPE,
            [DATA_REFERENCE] = "bigint",
            [DATA_JSON] = "json",
        },
    .is_blank = postgres_is_blank,
    .schema_version = postgres_schema_version,
    .set_schema_version = postgres_set_schema_version,
    .examine = postgres_examine,
    .rebuild_index = postgres_rebuild_index,
    .columns_sql = postgres_columns_sql,
    .indexes_sql = postgres_indexes_sql,
    .triggers_sql = postgres_triggers_sql,
    .last_number = postgres_last_number,
    .set_last_number = postgres_set_last_number,
    .grant = postgres_grant,
    .revoke = postgres_revoke,
    .find_holder = postgres_find_holder,
    .each_access = postgres_each_access,
    .is_restricted = postgres_is_restricted,
    .may_add = postgres_may_add,
    .actor = postgres_actor,
    .begin_copy = postgres_begin_copy,
    .end_copy = postgres_end_copy,
};
