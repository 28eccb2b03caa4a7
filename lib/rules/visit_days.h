/* SPDX-License-Identifier: MIT */
/* Days of the year on which a customer is visited 季节回访, by the solar or the lunar calendar: a
 * customer may have them in place of an interval. */
#ifndef CRM_RULES_VISIT_DAYS_H
#define CRM_RULES_VISIT_DAYS_H

#include "base/yearly.h"

struct visit_days {
    const struct yearly *items;
    size_t count;          /* 0: visited by an interval */
    struct duration ahead; /* a contact at most so long before such a day is that day's visit */
};

/* From the stored form, "03-15, lunar 8-1, qingming"; the items are in `arena`. CRM_INVALID with
 * message and hint for anything else. */
crm_status visit_days_parse(const char *text, struct arena *arena, struct visit_days *out,
                            struct error *error);
/* The first of them after that day. False where one of them cannot be known: the lunar calendar's
 * table ends with 2100. */
bool visit_days_after(const struct visit_days *days, day_number day, day_number *out);
/* The first of which a contact on that day is not the visit already. */
bool visit_days_next(const struct visit_days *days, day_number contact, day_number *out);

#endif
