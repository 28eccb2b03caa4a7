/* SPDX-License-Identifier: MIT */
/* Why: how a figure comes about, step by step, in one form for all figures.
 *
 * The code that computes a figure hands over each step with what went into it; why_write prints the
 * figure with its steps as one page, in every format. */
#ifndef CRM_WHY_H
#define CRM_WHY_H

#include "book.h"

/* All texts are of why->arena, or constant; NULL: none. One that memory ran out for is noticed by
 * why_write. */
struct why_step {
    const char *figure; /* which of the page's figures it belongs to: its column's name */
    const char *step;   /* stable English word of why_steps */
    const char *input;  /* what goes into it */
    const char *record; /* where that stands: V-7, C-1, a customer's field */
    long line;          /* of policy.yaml, where the rule stands; 0: none */
    const char *value;  /* what the step gives */
    const char *result; /* the figure so far; of something passed over, why */
};

struct why {
    struct crm_book *book;
    struct arena arena;
    struct why_step *steps;
    size_t count, capacity;
    bool failed; /* memory ran out */
};
void why_release(struct why *why);

/* Words among what a step says, with labels: states, kinds of time, changes of tier,
 * channels. */
enum { WHY_WORDS = 27 };
extern const struct choice why_words[WHY_WORDS];

void why_add(struct why *why, struct why_step step);
/* Texts in the arena; NULL when memory ran out, which is noted. */
const char *why_text(struct why *why, const char *format, ...) CRM_PRINTF(2, 3);
const char *why_day(struct why *why, day_number day);
/* A point in time, in the book's zone. */
const char *why_time(struct why *why, instant at);

/* Where a rule stands, as in policy.yaml:48; NULL for line 0. */
const char *why_place(struct why *why, long line);

/* What is explained. */
struct why_cell {
    struct column column;
    struct value value;
};
/* Figures that go into it, with the types that they have: `rows` rows of as many values as there
 * are columns, one after the other. */
struct why_terms {
    const struct column *columns;
    size_t count;
    const struct value *values;
    size_t rows;
};
struct why_page {
    const char *name; /* of the table */
    const struct why_cell *cells;
    size_t count;
    const struct why_terms *terms; /* NULL: the steps say all */
};
/* The whole page: the cells as a record, the terms, the steps. */
crm_status why_write(struct why *why, const struct why_page *page, struct crm_sink *sink);

#endif
