/* SPDX-License-Identifier: MIT */
/* Images of the journal: what an entry changed and removed, as values again. */
#ifndef CRM_JOURNAL_IMAGE_H
#define CRM_JOURNAL_IMAGE_H

#include "record/record.h"

/* One stored value by the name of its column. */
struct member {
    const char *name;
    struct value value;
};

/* Values of one row, or of those of its fields that changed. */
struct values {
    struct member *items;
    size_t count;
};

/* Reads the JSON object that an image keeps (NULL: no values). Integers are exact; an object or
 * array within is the text of itself. All lies in `arena`. CRM_CORRUPT when it is no object. */
crm_status values_read(struct crm_book *book, const char *json, struct arena *arena,
                       struct values *out);
/* The value of that name; NULL when there is none. */
const struct value *values_find(const struct values *values, const char *name);
/* The same as a number; 0 when there is none. */
int64_t values_integer(const struct values *values, const char *name);

/* A row of journal_image. Texts are borrowed from the query. */
struct image {
    int64_t entry, number;
    const struct kind *kind; /* NULL: of a kind that this crm does not know */
    int64_t record;          /* id; 0 for kinds without */
    int64_t customer;        /* whom it belongs to; 0: nobody */
    bool removed;            /* else changed */
    int64_t row_count;       /* rows that it is about */
    const char *before, *after;
};

/* What image_of reads, in this order. */
#define IMAGE_COLUMNS                                                                              \
    "i.entry, i.number, i.kind, i.record, i.customer, i.action, i.row_count, "                     \
    "i.before_values, i.after_values"
enum { IMAGE_COLUMN_COUNT = 9 };
struct image image_of(const struct value *row);
/* Whether its values were erased: what it was about cannot be told or brought back. */
bool image_is_erased(const struct image *image);

/* One row of an image with its values, as long as the visitor has it. */
struct reading {
    struct image image;
    size_t row; /* its place in the image, from 0 */
    struct values before, after;
};
typedef crm_status (*reading_visitor)(void *context, const struct reading *reading);
/* Calls `each` for every row of the image, in order: removals of a kind without id are many rows in
 * one, all others are one row. One whose values were erased is one row without values.
 * CRM_CORRUPT when the values are not what journal.h says. */
crm_status image_read(struct crm_book *book, const struct image *image, reading_visitor each,
                      void *context);

#endif
