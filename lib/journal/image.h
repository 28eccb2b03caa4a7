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

/* A row of journal_image. Texts are borrowed from the query, or lie in an arena. */
struct image {
    int64_t entry, number;
    const struct kind *kind; /* NULL: of a kind that this crm does not know */
    int64_t record;          /* id; 0 for kinds without */
    int64_t customer;        /* whom it belongs to; 0: nobody */
    bool removed;            /* else changed */
    const char *before, *after;
};

/* What image_of reads, in this order. */
#define IMAGE_COLUMNS                                                                              \
    "i.entry, i.number, i.kind, i.record, i.customer, i.action, i.before_values, i.after_values"
enum { IMAGE_COLUMN_COUNT = 8 };
struct image image_of(const struct value *row);
/* Whether its values were erased: what it was about cannot be told or brought back. */
bool image_is_erased(const struct image *image);
/* A copy whose texts lie in `arena`. */
crm_status image_keep(struct crm_book *book, const struct image *image, struct arena *arena,
                      struct image *out);

#endif
