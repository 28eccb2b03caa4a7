/* SPDX-License-Identifier: MIT */
/* One connection of SQLite and its statements. For the files of this engine. */
#ifndef CRM_STORE_SQLITE_H
#define CRM_STORE_SQLITE_H

#include "store/driver.h"

#include <sqlite3.h>

struct sqlite_journal;
struct sqlite_load;
struct sqlite_source;

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
    int timeout;   /* milliseconds to wait for others */
    int waited;    /* of them, for the lock that is wanted now */
    struct each_call *call;
    struct sqlite_source *source;   /* of the append under way, NULL for none */
    struct sqlite_load *loads;      /* of the appenders, in the order of opening */
    size_t load_count;              /* opened so far */
    size_t waiting;                 /* their rows that are not written yet */
    struct sqlite_journal *journal; /* NULL: opened for reading */
    bool concerned; /* set while a statement is prepared that the journal must listen to */
    struct error *error;
};

static inline struct connection *connection_of(const struct store *store)
{
    return store->connection;
}

/* The engine's failure as ours, with a sentence for a person. */
crm_status sqlite_failed(struct store *store);

/* See struct store_driver. */
crm_status sqlite_execute(struct store *store, const char *sql);
crm_status sqlite_prepare(struct statement *statement, const char *sql);
void sqlite_finalize(void *handle);
crm_status sqlite_bind(struct statement *statement, int index, const struct value *value);
crm_status sqlite_step(struct statement *statement, bool *row);
struct value sqlite_column(struct statement *statement, int column);
int sqlite_column_count(struct statement *statement);
void sqlite_reset(struct statement *statement);
void sqlite_forget(struct statement *statement);

#endif
