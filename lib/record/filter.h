/* SPDX-License-Identifier: MIT */
/* Filters as they are written: words, and what a word asks for. */
#ifndef CRM_RECORD_FILTER_H
#define CRM_RECORD_FILTER_H

#include "record/record.h"

enum filter_operation {
    FILTER_EQUAL,
    FILTER_NOT_EQUAL,
    FILTER_LESS,
    FILTER_LESS_EQUAL,
    FILTER_GREATER,
    FILTER_GREATER_EQUAL,
    FILTER_CONTAINS
};

struct filter_word {
    const char *word;
    enum filter_operation operation;
    const char *sql; /* NULL: no operator of SQL's own */
};

/* One word of a filter that compares a field. */
struct filter_condition {
    const struct filter_word *operation;
    const char *field; /* in the arena; NULL when memory is exhausted */
    const char *value; /* in the word */
};

/* Splits "name OP value"; false when the word is no comparison but a word to search for. */
bool filter_condition(const char *word, struct arena *arena, struct filter_condition *out);

/* A filter written in one text, as in a policy: words are separated by blanks, and "…" holds one
 * together. The words live in `arena`. CRM_INVALID for a quote that is not closed, and for
 * a word that begins with a sign: blanks around it would make it a word to search for. */
crm_status filter_split(const char *text, struct arena *arena, struct crm_filter *out,
                        struct error *error);

/* Whether, as far as the words tell, every customer that passes `narrow` passes `wide`, too. */
crm_status filter_covers(const struct policy *policy, const struct crm_filter *wide,
                         const struct crm_filter *narrow, bool *covers, struct error *error);

/* What `crm policy check` asks about the filters of a policy that is no book's yet. */
struct policy_filters filter_checks(const struct crm_book *book);

#endif
