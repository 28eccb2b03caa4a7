/* SPDX-License-Identifier: MIT */
/* Tables of movement: a row for each tier before, a column for each tier after, with totals. */
#ifndef CRM_TIER_MATRIX_H
#define CRM_TIER_MATRIX_H

#include "output/sink.h"

struct tier_matrix {
    const char *title;
    const char *const *rows; /* names of tiers */
    size_t row_count;
    const char *const *columns;
    size_t column_count;
    bool periods; /* one matrix for each period, named in a column before the others */
};

/* Begins the section "movement". What it needs lies in `arena`, up to sink_end; CRM_NO_MEMORY
 * without a message. */
crm_status tier_matrix_begin(const struct tier_matrix *matrix, struct arena *arena,
                             struct crm_sink *sink);
/* One matrix, row by row: after the tiers a row and a column for those without one. `period` is
 * NULL where there are none. */
crm_status tier_matrix_rows(const struct tier_matrix *matrix, const char *period,
                            const int64_t *counts, struct arena *arena, struct crm_sink *sink);

#endif
