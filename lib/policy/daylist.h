/* SPDX-License-Identifier: MIT */
/* Official day lists: the holidays and make-up working days of one year, from the JSON form of the
 * Chinese ones: {"year": 2026, "days": [{"name": "…", "date": "2026-01-01", "isOffDay": true}]}. */
#ifndef CRM_POLICY_DAYLIST_H
#define CRM_POLICY_DAYLIST_H

#include "base/date.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>

struct listed_day {
    day_number date;
    bool works; /* a make-up working day 调休; else a day off */
    const char *name;
};

/* The list of a year may name days of the December before it: New Year's Day decides about them. */
struct day_list {
    int year;
    const struct listed_day *days; /* ascending, each date once */
    size_t count;
};

/* Reads and checks a list; everything lives in `arena`. CRM_INVALID says which entry is wrong. */
crm_status day_list_parse(struct arena *arena, const char *text, size_t length,
                          struct day_list *out, struct error *error);
/* NULL when the list does not name that day. `list` may be NULL. */
const struct listed_day *day_list_find(const struct day_list *list, day_number date);

#endif
