/* SPDX-License-Identifier: MIT */
/* Rows that were removed and of which forget left no more than where they lay. */
#ifndef CRM_CHECK_LOST_H
#define CRM_CHECK_LOST_H

#include "base/id_list.h"
#include "check/id_map.h"

/* Zero-initialise; lost_release at the end. */
struct lost {
    struct id_map rows; /* place -> how many of them */
    struct id_list places;
    bool sorted;
};

/* `rows` more went from that place, an id; fewer than none came back there. False when memory is
 * exhausted. */
bool lost_note(struct lost *lost, int64_t place, int64_t rows);
/* How many went from the places `first` to `last`. */
int64_t lost_between(struct lost *lost, int64_t first, int64_t last);
void lost_release(struct lost *lost);

#endif
