/* SPDX-License-Identifier: MIT */
/* SQL under construction, with its parameters. */
#include "record/record.h"

#include <stdlib.h>

void query_release(struct query *query)
{
    buffer_release(&query->sql);
    free(query->parameters);
    arena_release(&query->arena);
    *query = (struct query){0};
}

void query_value(struct query *query, struct value value)
{
    struct value *parameters = NULL;
    query->full = query->full || query->count == MOST_PARAMETERS;
    if (!query->full)
        parameters =
            array_grow(query->parameters, &query->capacity, query->count + 1, sizeof value);
    if (parameters == NULL) {
        query->sql.failed = true;
        return;
    }
    query->parameters = parameters;
    query->parameters[query->count++] = value;
    buffer_character(&query->sql, '$');
    buffer_integer(&query->sql, (int64_t)query->count);
}
