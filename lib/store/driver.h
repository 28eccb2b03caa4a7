/* SPDX-License-Identifier: MIT */
/* What an engine provides: the table of functions behind store.h. For the files of lib/store/. */
#ifndef CRM_STORE_DRIVER_H
#define CRM_STORE_DRIVER_H

#include "base/buffer.h"
#include "base/digest.h"
#include "store/inspect.h"
#include "store/store.h"

/* A column that a migration fills: an SQL expression over the table's old columns. */
struct store_fill {
    const char *table, *column, *expression;
};

/* A table to be made like that of a new store, by a migration. */
struct store_rebuild {
    const struct kind *kind;
    bool record;         /* of the user's records */
    struct store *blank; /* a new store of the same engine */
    /* NULL: the column, which the old table lacks, stays empty. */
    const struct store_fill *(*find_fill)(const void *context, const char *table,
                                          const char *column);
    const void *context;
};
struct store_access; /* roles.h */

struct store_driver {
    const char *name;
    bool (*accepts)(const char *path);
    void (*own_process)(void); /* may be NULL */
    crm_status (*open)(struct store *store, const char *path, enum store_mode mode);
    void (*close)(struct store *store);
    crm_status (*execute)(struct store *store, const char *sql);
    crm_status (*prepare)(struct statement *statement, const char *sql);
    void (*finalize)(void *handle);
    crm_status (*bind)(struct statement *statement, int index, const struct value *value);
    crm_status (*step)(struct statement *statement, bool *row);
    struct value (*column)(struct statement *statement, int column);
    int (*column_count)(struct statement *statement);
    void (*reset)(struct statement *statement);
    void (*forget)(struct statement *statement); /* reset, and no parameters any more */
    crm_status (*each)(struct store *store, const struct store_select *select,
                       const struct value *parameters, size_t count, store_row each, void *context);
    /* places: columns of the source that are given, in order */
    crm_status (*append)(struct store *store, const char *table, const struct store_source *source,
                         const size_t *places, size_t count);
    /* Rows one by one, which may wait to be written until `settle`. */
    crm_status (*appender_open)(struct appender *appender, const char *table,
                                const char *const *columns, size_t count);
    crm_status (*appender_add)(struct appender *appender, const struct value *values);
    void (*appender_close)(struct appender *appender);
    /* Changes likewise; NULL: each is written at once. */
    crm_status (*updater_open)(struct updater *updater, const struct kind *kind,
                               const char *const *columns, size_t count);
    crm_status (*updater_set)(struct updater *updater, int64_t id, const struct value *values);
    void (*updater_close)(struct updater *updater);
    crm_status (*settle)(struct store *store);
    void (*announce)(struct store *store, const char *sql, const struct value *values,
                     size_t count); /* NULL: nothing is asked ahead */
    /* The number that the next row of the table would get. */
    crm_status (*next_id)(struct store *store, const struct kind *kind, int64_t *out);
    crm_status (*set_loading)(struct store *store, bool loading);
    int64_t (*changes)(struct store *store);
    int64_t (*total_changes)(struct store *store);
    crm_status (*set_timeout)(struct store *store, int milliseconds);
    crm_status (*begin)(struct store *store);
    crm_status (*begin_reading)(struct store *store);
    crm_status (*begin_shadow)(struct store *store); /* NULL: as begin_reading */
    crm_status (*lock_turn)(struct store *store);    /* NULL, both: nothing to lock */
    void (*unlock_turn)(struct store *store);
    crm_status (*commit)(struct store *store);
    void (*rollback)(struct store *store);
    crm_status (*begin_schema)(struct store *store); /* before the tables; may be NULL */
    /* after a table and its indexes; `record`: of the user's records. May be NULL */
    crm_status (*finish_table)(struct store *store, const struct kind *kind, bool record);
    /* From now on what is inserted, changed and removed is noted as done by that entry; a rollback
     * ends it too. See store/journal.h for what goes into journal_image, `added` and the digest.
     * NULL: the engine notes nothing. */
    crm_status (*journal_begin)(struct store *store, int64_t entry);
    crm_status (*journal_end)(struct store *store, struct buffer *added,
                              char images_digest[DIGEST_TEXT]);
    const char *identity_type;
    const char *lasting_identity_type; /* never gives a number twice */
    const char *cluster_suffix;
    const char *types[DATA_JSON + 1];
    crm_status (*is_blank)(struct store *store, bool *out);
    crm_status (*schema_version)(struct store *store, int *out);
    crm_status (*set_schema_version)(struct store *store, int version);
    crm_status (*scrub)(struct store *store, bool *whole);
    /* Makes the table, or makes it anew when it differs, and keeps its rows; within a transaction
     * begun while references are not verified. NULL: no release kept books in this engine that
     * would have to be migrated. */
    crm_status (*rebuild)(struct store *store, const struct store_rebuild *rebuild);
    crm_status (*examine)(struct store *store, store_fault_visitor each, void *context);
    crm_status (*rebuild_index)(struct store *store, const char *index);
    const char *columns_sql;  /* of the table $1: name, type, whether it is required */
    const char *indexes_sql;  /* of the table $1: columns as "a, b", unique, partial, name */
    const char *triggers_sql; /* of the table $1: names of those that crm did not make */
    /* The greatest number ever given in a table whose numbers are not given again; 0: none. */
    crm_status (*last_number)(struct store *store, const char *table, int64_t *out);
    crm_status (*set_last_number)(struct store *store, const char *table, int64_t last);
    /* Roles, see roles.h; NULL for an engine without users. */
    crm_status (*grant)(struct store *store, const struct store_access *access);
    crm_status (*revoke)(struct store *store, int64_t staff);
    /* Login and role of one of those that `which` selects by $1; CRM_NOT_FOUND: none has any. */
    crm_status (*find_holder)(struct store *store, struct arena *arena, const char *which,
                              int64_t parameter, struct value holder[2]);
    crm_status (*each_access)(struct store *store, store_row each, void *context);
    crm_status (*is_restricted)(struct store *store, bool *out);
    crm_status (*may_add)(struct store *store, const char *table, bool *out);
    crm_status (*actor)(struct store *store, struct arena *arena, const char **out);
    /* Around the loading of all tables of a new book, whose records may come before those that they
     * refer to; both may be NULL. */
    crm_status (*begin_copy)(struct store *store);
    crm_status (*end_copy)(struct store *store);
    /* Fills an empty file, not verified and not synced. NULL: row by row, by store_copy. */
    crm_status (*backup)(struct store *store, const char *path, store_progress progress,
                         void *context);
};

/* The entry under way. */
struct journal_head {
    int64_t entry;
    int64_t undoes; /* 0: nothing */
    char previous_hash[DIGEST_TEXT];
};

struct store {
    const struct store_driver *driver;
    struct error *error;
    void *connection;             /* the driver's own */
    int timeout;                  /* milliseconds that a writer waits for others */
    int depth;                    /* of nested transactions */
    int reading;                  /* depth between store_begin_reading and store_end_reading */
    struct kept_statements *kept; /* NULL: none are to be kept */
    struct journal_head journal;
    int version; /* of the schema, as last read */
};

struct statement {
    struct store *store;
    void *handle; /* the driver's own */
    /* The driver's own as well: */
    bool ordered;      /* its parameters are in the order of their numbers */
    bool silent;       /* what it does concerns no image of the journal */
    bool inserts;      /* one row, whose id is its one column */
    bool inserted;     /* since the last reset */
    int64_t id;        /* of that row */
    void *count;       /* where it is counted for the journal; NULL: nowhere */
    bool overtakes;    /* it need not see what waits to be written */
    struct value *row; /* the one that it stands on */
    size_t columns;    /* that there is room for in it */
};

struct appender {
    struct store *store;
    void *load; /* the driver's own */
};

struct updater {
    struct store *store;
    struct statement *statement; /* of an engine that writes each change at once */
    size_t count;
    void *update; /* the driver's own */
};

extern const struct store_driver store_driver_sqlite, store_driver_postgres;

#endif
