/* SPDX-License-Identifier: MIT */
/* The only code that knows a database engine. SQL is written once for all engines: parameters are
 * $1, $2, …; each engine is one table of functions in a file of its own. */
#ifndef CRM_STORE_STORE_H
#define CRM_STORE_STORE_H

#include "base/error.h"
#include "base/memory.h"
#include "base/value.h"

#include <stdbool.h>
#include <stdint.h>

struct store;     /* one connection */
struct statement; /* one prepared statement of it */

enum store_mode { STORE_READ, STORE_WRITE, STORE_CREATE };

/* Called for each row of store_each; anything but CRM_OK ends the query with that status. Values
 * are borrowed during the call. */
typedef crm_status (*store_row)(void *context, const struct value *row);

/* Tunes the engines for a process that uses them through this store and one thread alone. Without
 * effect once a store has been opened. */
void store_own_process(void);
/* `path` is a file, or postgresql://…; errors of this connection go to *error, which must outlive
 * it. */
crm_status store_open(const char *path, enum store_mode mode, struct store **out,
                      struct error *error);
void store_close(struct store *store);

/* One or more statements without parameters or results. */
crm_status store_execute(struct store *store, const char *sql);
crm_status store_prepare(struct store *store, const char *sql, struct statement **out);
void statement_free(struct statement *statement);
/* For `cleanup(statement_cleanup)`. */
void statement_cleanup(struct statement **statement);
/* index from 1. Text is borrowed until the statement is reset or freed. */
crm_status statement_bind(struct statement *statement, int index, const struct value *value);
crm_status statement_bind_all(struct statement *statement, const struct value *values,
                              size_t count);
/* *row is false at the end. */
crm_status statement_step(struct statement *statement, bool *row);
/* Column from 0; text is borrowed until the next step. */
struct value statement_column(struct statement *statement, int column);
/* Of a statement that has a row. */
int statement_column_count(struct statement *statement);
/* Ready for new parameters and another run. */
void statement_reset(struct statement *statement);
/* Runs to the end without reading rows, then resets. */
crm_status statement_run(struct statement *statement);

/* Prepare, bind, run, free. `parameters` may be NULL when count is 0. */
crm_status store_run(struct store *store, const char *sql, const struct value *parameters,
                     size_t count);
/* From now on store_run and store_row_values keep what they prepare, some dozens of statements, for
 * the next call with the same text: around a loop over many records. false frees them. */
crm_status store_keep_statements(struct store *store, bool keep);
/* One row's columns into out[0…columns-1] (text is copied into `arena`). CRM_NOT_FOUND, without a
 * message, when there is no row. */
crm_status store_row_values(struct store *store, struct arena *arena, const char *sql,
                            const struct value *parameters, size_t count, struct value *out,
                            size_t columns);
/* A long result: `columns` is the SELECT list, `from` everything from FROM on but ORDER BY, which
 * is `order` (NULL for one row at most). Where that is the order of the table's primary key and the
 * query reads nothing but that table from end to end, `as_stored` spares an engine that stores it
 * so the sorting. */
struct store_select {
    const char *const *columns;
    size_t column_count;
    const char *from;
    const char *order;
    bool as_stored;
};
/* All rows through `each`, by the engine's fastest way: nothing is kept in memory. */
crm_status store_each(struct store *store, const struct store_select *select,
                      const struct value *parameters, size_t count, store_row each, void *context);
/* As store_each for short results, from a whole SELECT by the ordinary interface. */
crm_status store_query(struct store *store, const char *sql, const struct value *parameters,
                       size_t count, store_row each, void *context);

/* This query will be asked soon by store_query or store_row_values, and nothing written before: an
 * engine for which each question is a journey sends it along with the next one. */
void store_announce(struct store *store, const char *sql, const struct value *parameters,
                    size_t count);

/* Rows that the caller produces one by one: for loads that no row-by-row INSERT keeps up with. */
struct store_source {
    const char *const *columns;
    size_t column_count;
    /* Puts the next row's values into `row`, or sets *more to false. Text must live until the next
     * call. It may use the store. A failure ends the load with that status and message. */
    crm_status (*next)(void *context, struct value *row, bool *more);
    void *context;
};
/* Appends all rows of the source to the table by the engine's fastest way. Of the source's columns
 * those at `places` are stored, ascending. What `next` writes or reads of that table meanwhile may
 * or may not see the rows before. */
crm_status store_append(struct store *store, const char *table, const struct store_source *source,
                        const size_t *places, size_t count);
/* Rows handed over one by one. They may wait for others before they are written, and a failure may
 * be told by a later call; every statement sees them all the same. Rows of a table opened first are
 * written before those of tables opened later, which may refer to them. */
struct appender;
crm_status store_appender_new(struct store *store, const char *table, const char *const *columns,
                              size_t count, struct appender **out);
/* One value for each column, copied. */
crm_status appender_add(struct appender *appender, const struct value *values);
/* What still waits is written by the next statement or commit before, and lost after this. */
void appender_free(struct appender *appender);
void appender_cleanup(struct appender **appender);
/* Sets the same columns of many records that are there, each record once. As with appenders changes
 * may wait, and every statement sees them all the same. */
struct kind;
struct updater;
crm_status store_updater_new(struct store *store, const struct kind *kind,
                             const char *const *columns, size_t count, struct updater **out);
/* One value for each column, copied. */
crm_status updater_set(struct updater *updater, int64_t id, const struct value *values);
/* What still waits is lost after this. */
void updater_free(struct updater *updater);
/* The statement reads nothing of what appenders may still hold: they need not be written for it. */
void statement_may_overtake(struct statement *statement);
/* Writes all that waits. */
crm_status store_settle(struct store *store);
/* The number that the table's next row would get. The caller may give it and those that follow to
 * rows of its own in the same transaction. */
crm_status store_next_id(struct store *store, const struct kind *kind, int64_t *out);
/* Around a long load, before its transaction begins and after it ended: more memory for the cache,
 * and references are not verified, because the caller has read or made what they refer to in the
 * same transaction. */
crm_status store_set_loading(struct store *store, bool loading);

/* Rows changed by the last statement. */
int64_t store_changes(struct store *store);
/* Rows changed since the connection was opened. */
int64_t store_total_changes(struct store *store);

/* How long a writer waits for others, from now on; STORE_TIMEOUT until then. */
#define STORE_TIMEOUT 10000
crm_status store_set_timeout(struct store *store, int milliseconds);
/* Write transactions nest: only the outermost commits. BEGIN takes the write lock at once and
 * waits for other writers; CRM_BUSY after the time-out. */
crm_status store_begin(struct store *store);
crm_status store_commit(struct store *store);
void store_rollback(struct store *store);
/* A lock of its own, outside of transactions, among all who use the database at once; CRM_BUSY
 * after the time-out. Without effect where the database is a file: its directory can be locked. */
crm_status store_lock_turn(struct store *store);
void store_unlock_turn(struct store *store);
/* One view of the book for several queries: what other processes write meanwhile is not seen, and
 * the engine looks for it once. Nothing may be written before the end. They nest; within a write
 * transaction both do nothing. */
crm_status store_begin_reading(struct store *store);
/* As store_begin_reading, but temporary tables may be made, which end with it. Not every place
 * allows that: a stand-by server does not. */
crm_status store_begin_shadow(struct store *store);
void store_end_reading(struct store *store);
bool store_in_transaction(const struct store *store);
/* Whether the next store_commit ends the outermost transaction. */
bool store_is_outermost(const struct store *store);

/* Engine-specific words for the schema: "INTEGER PRIMARY KEY" and the like. A lasting identity is
 * not given again after its record was removed: people have written it down. */
const char *store_identity_type(const struct store *store, bool lasting);
const char *store_type(const struct store *store, enum data_type type);
/* Suffix of CREATE TABLE for a clustered table: " WITHOUT ROWID". */
const char *store_cluster_suffix(const struct store *store);
/* Whether the database holds no table at all. */
crm_status store_is_blank(struct store *store, bool *out);
/* Version of the schema kept in the file; it rolls back with its transaction. */
crm_status store_schema_version(struct store *store, int *out);
crm_status store_set_schema_version(struct store *store, int version);

/* Reads all that the engine keeps and compares it with itself: CRM_CORRUPT says what is wrong
 * first.
 */
crm_status store_verify(struct store *store);
/* Clears what was erased before out of what the engine keeps. Outside of transactions. CRM_BUSY
 * when another process keeps it from being done. *whole is false when the user may not have that
 * done to all tables: then it is up to the engine, or to their owner. */
crm_status store_scrub(struct store *store, bool *whole);
/* How far a long piece of work is. */
typedef void (*store_progress)(void *context, int64_t done, int64_t total);
/* Writes all that was committed, as it is at one moment, into a new SQLite file of mode 0600,
 * whatever this store's engine is. Others read and write meanwhile, and this store may be in the
 * middle of a transaction. When it returns, the copy was read back, is on the disk (its directory's
 * entry for it is not) and needs no other file; after a failure there is none. CRM_EXISTS when
 * there is a file of that name. `progress` may be NULL. */
crm_status store_backup(struct store *store, const char *path, store_progress progress,
                        void *context);

#endif
