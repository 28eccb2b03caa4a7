/* SPDX-License-Identifier: MIT */
/* What was built on an entry, between the files that look for it: conflict.c at what came later,
 * conflict_taken.c at what the entry took. */
#ifndef CRM_JOURNAL_CONFLICT_H
#define CRM_JOURNAL_CONFLICT_H

#include "journal/history.h"

struct conflicts {
    struct crm_book *book;
    const struct entry *entry;
    const struct undone_list *undone;
    struct arena arena; /* of the image at hand */
    int64_t *found;     /* ascending */
    size_t count, capacity;
    /* Rows added since, by kind: where they lie. */
    struct added *since;
    const struct kind *rows_asked; /* what its rows, which have no id, refer to was asked */
    /* The later entry at hand. */
    int64_t at;
    bool without_effect;
};

/* Notes a later entry that stands in the way, once. */
crm_status conflict_add(struct conflicts *conflicts, int64_t entry);
/* Whether there is such a row; the query has `count` parameters. */
crm_status conflict_exists(struct conflicts *conflicts, const char *sql,
                           const struct value *parameters, size_t count, bool *out);
/* Entries by which what this one changed or removed has no place any more: what it referred to is
 * gone, or its number or key is another's. */
crm_status conflict_with_taken(struct conflicts *conflicts);

#endif
