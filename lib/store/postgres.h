/* SPDX-License-Identifier: MIT */
/* What the files of the PostgreSQL driver share. For lib/store/ alone. */
#ifndef CRM_STORE_POSTGRES_H
#define CRM_STORE_POSTGRES_H

#include "base/buffer.h"
#include "store/create.h"
#include "store/driver.h"
#include "store/postgres_library.h"

/* Object ids of the types that values travel as; they are the same on every server. */
enum postgres_type {
    TYPE_UNKNOWN = 0, /* what the query makes of it */
    TYPE_BOOLEAN = 16,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_NUMERIC = 1700
};

enum { MOST_OPENING = 4, NAMED_PLACES = 256, POSTGRES_COUNTED = 32, POSTGRES_NAME = 16 };

/* Texts run before in this connection; from the second time on they are prepared in the server. */
struct named_statement {
    char *sql;  /* NULL: the place is free */
    Oid *types; /* as it was prepared with */
    int count;
    unsigned runs;
    bool prepared;
};

struct postgres {
    struct store *store;
    struct postgres_library library;
    PGconn *connection;
    /* What the next statement needs done before it, such as the begin of its transaction; it
     * travels with it, which saves a round trip. */
    const char *opening[MOST_OPENING];
    size_t opening_count;
    bool in_block; /* a transaction was begun, sent or not */
    bool reading;  /* it only reads */
    bool over;     /* one that only read has ended, which the server learns before the next thing */
    struct named_statement named[NAMED_PLACES];
    unsigned cursors;                /* under way in store_each */
    struct postgres_load *loads;     /* open appenders, in the order of opening */
    struct postgres_update *updates; /* open updaters, likewise */
    struct postgres_ahead *ahead;    /* announced queries and their answers; NULL: none yet */
    bool working; /* the server is at work on a statement and has not answered yet */
    int64_t changes, total_changes;
    char entry[80];                  /* sets the journal's entry */
    bool inserted[POSTGRES_COUNTED]; /* into which tables this entry did */
    bool roles;                      /* were given to somebody */
    bool unguarded;                  /* by an older crm, and whoever asks may put that right */
};

/* Parameters as libpq takes them. */
struct postgres_parameters {
    int count;
    Oid *types;
    const char **texts; /* NULL for null */
    struct arena arena;
};

/* What functions look names up in, whatever the caller's own path is. Temporary objects come last:
 * left unnamed they would come first, and anybody's table would stand for the book's. */
#define POSTGRES_AS_OWNER  "SECURITY DEFINER SET search_path = crm, pg_catalog, pg_temp "
#define POSTGRES_AS_CALLER "SET search_path = pg_catalog, pg_temp "

static inline struct postgres *postgres_of(const struct store *store)
{
    return store->connection;
}

/* ---- postgres.c ---- */

/* The server's or the connection's failure as ours, with a sentence for a person. Either result may
 * be NULL. */
crm_status postgres_fail(struct store *store, const PGresult *result);

/* Has the text, which is borrowed, done before the next statement. */
crm_status postgres_open_with(struct store *store, const char *sql);

/* ---- postgres_statement.c ---- */

crm_status postgres_parameters_make(struct store *store, const struct value *values, size_t count,
                                    struct postgres_parameters *out);
void postgres_parameters_release(struct postgres_parameters *parameters);
/* Runs one statement, with what is to be done before it. It sees what waits to be sent, unless it
 * may overtake that. *out is freed by the caller. */
crm_status postgres_run(struct store *store, const char *sql, const struct value *values,
                        size_t count, bool overtake, PGresult **out);
/* The next result of a pipeline, behind which stands an end. */
PGresult *postgres_next_result(struct postgres *postgres);
/* What is to be done before a statement that none of these functions sends. */
crm_status postgres_send_opening(struct store *store);
/* One or more statements without parameters. */
crm_status postgres_execute(struct store *store, const char *sql);
crm_status postgres_execute_buffer(struct store *store, const struct buffer *sql);
/* A name, and a text, as they stand in a statement that takes no parameters. */
void postgres_name_sql(struct buffer *sql, const char *name);
void postgres_literal_sql(struct buffer *sql, const char *text);
struct value postgres_value(const struct postgres_library *library, const PGresult *result, int row,
                            int column);
/* Sums that do not fit into 64 bits are refused before a value is made of them. */
crm_status postgres_check_numbers(struct store *store, const PGresult *result);
void postgres_named_release(struct postgres *postgres);

crm_status postgres_prepare(struct statement *statement, const char *sql);
void postgres_finalize(void *handle);
crm_status postgres_bind(struct statement *statement, int index, const struct value *value);
crm_status postgres_step(struct statement *statement, bool *row);
struct value postgres_column(struct statement *statement, int column);
int postgres_column_count(struct statement *statement);
void postgres_reset(struct statement *statement);
void postgres_forget(struct statement *statement);

/* ---- postgres_ahead.c ---- */

void postgres_announce(struct store *store, const char *sql, const struct value *values,
                       size_t count);
/* The answer, freed by the caller, to what was announced and sent; NULL: it is to be asked. */
PGresult *postgres_take_ahead(struct postgres *postgres, const char *sql,
                              const struct postgres_parameters *parameters);
/* Whether something announced is yet to be sent. */
bool postgres_waits_ahead(const struct postgres *postgres);
/* In a pipeline, behind the statement that it travels with; then its answers, in that order. */
bool postgres_send_ahead(struct postgres *postgres);
void postgres_receive_ahead(struct postgres *postgres);
/* Answers belong to the view in which they were given. */
void postgres_forget_ahead(struct postgres *postgres);
void postgres_ahead_release(struct postgres *postgres);

/* ---- postgres_each.c ---- */

crm_status postgres_each(struct store *store, const struct store_select *select,
                         const struct value *parameters, size_t count, store_row each,
                         void *context);

/* ---- postgres_load.c ---- */

crm_status postgres_append(struct store *store, const char *table,
                           const struct store_source *source, const size_t *places, size_t count);
crm_status postgres_appender_open(struct appender *appender, const char *table,
                                  const char *const *columns, size_t count);
crm_status postgres_appender_add(struct appender *appender, const struct value *values);
void postgres_appender_close(struct appender *appender);
/* Sends what waits of all tables, those opened first before the others: they are what the others
 * refer to. `until` not NULL: of that table and those before it. */
crm_status postgres_send_rows(struct store *store, const char *until);
/* Waits for what the server is at work on: before anything else is said to it. */
crm_status postgres_finish(struct store *store);
/* Sends all that waits, and waits for it. */
crm_status postgres_settle(struct store *store);
/* Forgets all that waits. */
void postgres_drop_waiting(struct store *store);

/* ---- postgres_update.c ---- */

crm_status postgres_updater_open(struct updater *updater, const struct kind *kind,
                                 const char *const *columns, size_t count);
crm_status postgres_updater_set(struct updater *updater, int64_t id, const struct value *values);
void postgres_updater_close(struct updater *updater);
crm_status postgres_send_updates(struct store *store);
void postgres_drop_updates(struct store *store);

/* ---- postgres_fold.c ---- */

crm_status postgres_create_fold(struct store *store);

/* ---- postgres_journal.c ---- */

extern const char postgres_image_function[];
/* Replaces those that keep the images of a kind's records. */
void postgres_image_functions(struct buffer *sql, const struct kind *kind);
crm_status postgres_create_journal(struct store *store);
crm_status postgres_keep_images(struct store *store, const struct kind *kind);
crm_status postgres_index_entry(struct store *store, const struct kind *kind);
crm_status postgres_journal_begin(struct store *store, int64_t entry);
crm_status postgres_journal_end(struct store *store, struct buffer *added,
                                char images_digest[DIGEST_TEXT]);
/* `table` may go on with what follows it in a statement. */
void postgres_note_insertion(struct postgres *postgres, const char *table);

/* ---- postgres_schema.c ---- */

crm_status postgres_is_blank(struct store *store, bool *out);
crm_status postgres_schema_version(struct store *store, int *out);
crm_status postgres_set_schema_version(struct store *store, int version);
crm_status postgres_scrub(struct store *store, bool *whole);
/* Replaces those that give a table's numbers. */
void postgres_number_functions(struct buffer *sql, const struct kind *kind);
crm_status postgres_next_id(struct store *store, const struct kind *kind, int64_t *out);
/* Records' tables, then the program's own. */
const struct kind *postgres_table(size_t place);
size_t postgres_table_count(void);
crm_status postgres_begin_schema(struct store *store);
crm_status postgres_finish_table(struct store *store, const struct kind *kind, bool record);

/* ---- postgres_inspect.c ---- */

crm_status postgres_examine(struct store *store, store_fault_visitor each, void *context);
crm_status postgres_rebuild_index(struct store *store, const char *index);
/* Of the table $1. */
extern const char postgres_columns_sql[], postgres_indexes_sql[], postgres_triggers_sql[];

/* ---- postgres_roles.c ---- */

crm_status postgres_grant(struct store *store, const struct store_access *access);
crm_status postgres_revoke(struct store *store, int64_t staff);
crm_status postgres_find_holder(struct store *store, struct arena *arena, const char *which,
                                int64_t parameter, struct value holder[2]);
crm_status postgres_each_access(struct store *store, store_row each, void *context);
crm_status postgres_is_restricted(struct store *store, bool *out);
crm_status postgres_may_add(struct store *store, const char *table, bool *out);
crm_status postgres_actor(struct store *store, struct arena *arena, const char **out);

/* ---- postgres_policies.c ---- */

/* Raised with what postgres_make_guards() makes; a new schema may have new tables. How old the
 * guards in the database are stands in the comment of the table c, read by whoever may replace
 * them. */
enum { POSTGRES_GUARDS = STORE_SCHEMA_VERSION * 100 + 2 };
#define POSTGRES_GUARDS_SQL                                                                        \
    "CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN coalesce(CAST(substring(obj_description("     \
    "c.oid, 'pg_class') FROM '[0-9]+$') AS int), 0) END"

/* Whether its rows are somebody's customers, or belong to them. */
bool postgres_is_customers(const struct kind *kind);
/* Makes or replaces what roles rest on: functions, policies and triggers. */
crm_status postgres_make_guards(struct store *store, const char *owner);
/* The same where an older crm made them. */
crm_status postgres_renew_guards(struct store *store);

/* ---- postgres_guard.c ---- */

/* What the rights and policies of roles rest on: functions, and for each kind its triggers, which
 * hold for everybody but `owner`. */
void postgres_guard_functions(struct buffer *sql);
void postgres_guard_journal(struct buffer *sql, const char *owner);
void postgres_guard_kind(struct buffer *sql, const struct kind *kind, const char *owner);

/* ---- postgres_copy.c ---- */

crm_status postgres_last_number(struct store *store, const char *table, int64_t *out);
crm_status postgres_set_last_number(struct store *store, const char *table, int64_t last);
crm_status postgres_begin_copy(struct store *store);
crm_status postgres_end_copy(struct store *store);

#endif
