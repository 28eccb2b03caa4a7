/* SPDX-License-Identifier: MIT */
/* Statements kept for the next call with the same text. Where each record of many is read and
 * written by the same few queries, preparing them costs several times what running them does. */
#include "store/keep.h"

#include "store/driver.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 32 };

struct kept_statements {
    struct kept_statement {
        struct statement *statement; /* NULL: the place is free */
        char *sql;
        size_t length;
        bool borrowed;
    } places[PLACES];
    size_t next; /* place that gives way to another text */
};

static void clear(struct kept_statement *place)
{
    statement_free(place->statement);
    free(place->sql);
    *place = (struct kept_statement){0};
}

void kept_statements_free(struct kept_statements *kept)
{
    for (size_t i = 0; kept != NULL && i < PLACES; i++)
        clear(&kept->places[i]);
    free(kept);
}

crm_status store_keep_statements(struct store *store, bool keep)
{
    kept_statements_free(store->kept);
    store->kept = keep ? calloc(1, sizeof *store->kept) : NULL;
    return keep && store->kept == NULL ? error_no_memory(store->error) : CRM_OK;
}

static struct kept_statement *find(struct kept_statements *kept, const char *sql, size_t length)
{
    for (size_t i = 0; i < PLACES; i++) {
        struct kept_statement *place = &kept->places[i];
        if (place->length == length && place->statement != NULL && !place->borrowed &&
            memcmp(place->sql, sql, length) == 0)
            return place;
    }
    return NULL;
}

/* A place that nobody uses at present, NULL when a chain of calls has them all. */
static struct kept_statement *make_room(struct kept_statements *kept)
{
    for (size_t tried = 0; tried < PLACES; tried++) {
        struct kept_statement *place = &kept->places[kept->next];
        kept->next = (kept->next + 1) % PLACES;
        if (place->borrowed)
            continue;
        clear(place);
        return place;
    }
    return NULL;
}

crm_status statement_borrow(struct store *store, const char *sql, struct statement **out)
{
    if (store->kept == NULL)
        return store_prepare(store, sql, out);
    size_t length = strlen(sql);
    struct kept_statement *place = find(store->kept, sql, length);
    if (place != NULL) {
        place->borrowed = true;
        *out = place->statement;
        return CRM_OK;
    }
    crm_status status = store_prepare(store, sql, out);
    place = status == CRM_OK ? make_room(store->kept) : NULL;
    char *copy = place == NULL ? NULL : malloc(length + 1);
    if (copy == NULL)
        return status; /* it runs all the same, once */
    memcpy(copy, sql, length + 1);
    *place =
        (struct kept_statement){.statement = *out, .sql = copy, .length = length, .borrowed = true};
    return CRM_OK;
}

void statement_put_back(struct statement *statement)
{
    struct kept_statements *kept = statement == NULL ? NULL : statement->store->kept;
    for (size_t i = 0; kept != NULL && i < PLACES; i++) {
        if (kept->places[i].statement != statement)
            continue;
        statement->store->driver->forget(statement);
        kept->places[i].borrowed = false;
        return;
    }
    statement_free(statement);
}

void statement_return(struct statement **statement)
{
    statement_put_back(*statement);
}
