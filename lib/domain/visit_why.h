/* SPDX-License-Identifier: MIT */
/* How the day of a customer's next visit comes about. */
#ifndef CRM_VISIT_WHY_H
#define CRM_VISIT_WHY_H

#include "domain/why.h"
#include "record/record.h"

/* Texts are of the why's arena, or constant. */
struct visit_explained {
    struct value key, name, tier;
    const char *channel; /* the weakest that will do, or "any" */
    bool known;          /* there is a next visit */
    day_number due;
    const char *state; /* first, due, overdue; NULL: none */
    bool satisfied;    /* there was a contact that counts */
    day_number last_on;
};
/* Adds the steps, computed by the rule that visits are reminded of by. */
crm_status visit_explain(struct why *why, int64_t customer, struct visit_explained *out);

#endif
