/* SPDX-License-Identifier: MIT */
/* Queries announced before they are asked: they travel in one message with the next statement, and
 * their answers wait here. A message there and back costs more than most queries. */
#include "store/postgres.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_AHEAD = 16 };

struct postgres_ahead {
    struct announced {
        const char *sql; /* NULL: the place is free */
        struct postgres_parameters parameters;
        bool sent;
        PGresult *answer; /* of what was sent */
    } queries[MOST_AHEAD];
};

static void forget(const struct postgres_library *pq, struct announced *query)
{
    pq->PQclear(query->answer);
    query->answer = NULL;
    query->sent = false;
    query->sql = NULL;
}

void postgres_forget_ahead(struct postgres *postgres)
{
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++)
        forget(&postgres->library, &postgres->ahead->queries[i]);
}

void postgres_ahead_release(struct postgres *postgres)
{
    postgres_forget_ahead(postgres);
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++)
        postgres_parameters_release(&postgres->ahead->queries[i].parameters);
    free(postgres->ahead);
    postgres->ahead = NULL;
}

/* Where something may be written meanwhile, an answer would be of before. */
static bool may_answer_early(const struct postgres *postgres)
{
    return postgres->reading || !postgres->in_block;
}

static struct announced *free_place(struct postgres *postgres)
{
    if (postgres->ahead == NULL)
        postgres->ahead = calloc(1, sizeof *postgres->ahead);
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++)
        if (postgres->ahead->queries[i].sql == NULL)
            return &postgres->ahead->queries[i];
    return NULL;
}

/* What cannot be kept is asked at its time. */
void postgres_announce(struct store *store, const char *sql, const struct value *values,
                       size_t count)
{
    struct postgres *postgres = postgres_of(store);
    struct announced *query = may_answer_early(postgres) ? free_place(postgres) : NULL;
    struct error kept = *store->error;
    if (query != NULL &&
        postgres_parameters_make(store, values, count, &query->parameters) == CRM_OK)
        query->sql = arena_copy(&query->parameters.arena, sql);
    *store->error = kept;
}

static bool same_parameters(const struct postgres_parameters *a,
                            const struct postgres_parameters *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = a->types[i] == b->types[i] && (a->texts[i] == NULL) == (b->texts[i] == NULL) &&
               (a->texts[i] == NULL || strcmp(a->texts[i], b->texts[i]) == 0);
    return same;
}

PGresult *postgres_take_ahead(struct postgres *postgres, const char *sql,
                              const struct postgres_parameters *parameters)
{
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++) {
        struct announced *query = &postgres->ahead->queries[i];
        if (query->sql == NULL || strcmp(query->sql, sql) != 0 ||
            !same_parameters(&query->parameters, parameters))
            continue;
        PGresult *answer = query->answer;
        query->answer = NULL;
        forget(&postgres->library, query);
        return answer;
    }
    return NULL;
}

bool postgres_waits_ahead(const struct postgres *postgres)
{
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++)
        if (postgres->ahead->queries[i].sql != NULL && !postgres->ahead->queries[i].sent)
            return true;
    return false;
}

bool postgres_send_ahead(struct postgres *postgres)
{
    bool sent = true;
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD && sent; i++) {
        struct announced *query = &postgres->ahead->queries[i];
        const struct postgres_parameters *parameters = &query->parameters;
        if (query->sql == NULL || query->sent)
            continue;
        sent = postgres->library.PQsendQueryParams(postgres->connection, query->sql,
                                                   parameters->count, parameters->types,
                                                   parameters->texts, NULL, NULL, 0);
        query->sent = sent;
    }
    return sent;
}

/* What the server passed over, because something before it failed, was not asked. */
void postgres_receive_ahead(struct postgres *postgres)
{
    const struct postgres_library *pq = &postgres->library;
    for (size_t i = 0; postgres->ahead != NULL && i < MOST_AHEAD; i++) {
        struct announced *query = &postgres->ahead->queries[i];
        if (!query->sent || query->answer != NULL)
            continue;
        query->answer = postgres_next_result(postgres);
        if (query->answer == NULL || pq->PQresultStatus(query->answer) == PGRES_PIPELINE_ABORTED)
            forget(pq, query);
    }
}
