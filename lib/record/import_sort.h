/* SPDX-License-Identifier: MIT */
/* Lines in the order in which they are stored, however many: sorted in memory by the megabyte, the
 * sorted runs kept in temporary files and merged. */
#ifndef CRM_RECORD_IMPORT_SORT_H
#define CRM_RECORD_IMPORT_SORT_H

#include "base/error.h"
#include "base/value.h"

#include <stdbool.h>
#include <stddef.h>

struct line_sorter;

/* Rows of `columns` values, of which the first four are what they are ordered by: a number, a text
 * of ten bytes (a day), a number, a number. Of the others those at `places` are kept, the rest
 * comes back as null. */
crm_status line_sorter_new(size_t columns, const size_t *places, size_t count,
                           struct line_sorter **out, struct error *error);
void line_sorter_free(struct line_sorter *sorter);
/* Adds a row; texts are copied. */
crm_status line_sorter_add(struct line_sorter *sorter, const struct value *row);
/* The next row in order; the first call ends adding. Texts live until the next call. */
crm_status line_sorter_next(struct line_sorter *sorter, struct value *row, bool *more);

#endif
