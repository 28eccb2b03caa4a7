/* SPDX-License-Identifier: MIT */
/* Tables whose rows carry their entry, as the journal of SQLite looks at them. */
#ifndef CRM_STORE_SQLITE_WATCH_H
#define CRM_STORE_SQLITE_WATCH_H

#include "schema/schema.h"

#include <stdbool.h>

enum { NO_COLUMN = -1 };

struct watched_column {
    const char *name;
    size_t length;
    bool journaled;   /* a change of it makes an image */
    bool key;         /* of a table without ids: stands in every image */
    bool used;        /* a row without id that this entry removed had a value in it */
    size_t at, bytes; /* of its last value among the rows put together */
};

/* A table whose rows carry their entry. */
struct watch {
    const struct kind *kind;
    bool images;                    /* of records; else insertions alone are counted */
    struct watched_column *columns; /* as stored; NULL: not asked for yet */
    int column_count;
    int entry, customer, part; /* places of columns */
    const struct kind *whole;  /* what it is part of, where that knows the customer */
};

/* Fills in the columns; false when memory is exhausted. They are freed with free(). */
bool watch_learn(struct watch *watch);
/* A new entry begins: none of its rows has used a column yet. */
void watch_forget_use(struct watch *watch);
/* An authorizer of the engine: forbids nothing, but sets the bool that `concerned` points to when a
 * statement inserts or removes rows of such a table, or changes what makes an image. */
int watch_authorize(void *concerned, int action, const char *table, const char *column,
                    const char *schema, const char *trigger);

#endif
