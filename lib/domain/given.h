/* SPDX-License-Identifier: MIT */
/* The ledger of reminders as queries ask it: what is new to somebody. */
#ifndef CRM_DOMAIN_GIVEN_H
#define CRM_DOMAIN_GIVEN_H

#include "record/record.h"

struct given_to {
    const char *recipient; /* login, "*" for everybody */
    const char *now;       /* in UTC, as stored */
};

/* SQL: the id of the item of that kind about record `id` that is due on `due`. The sources of items
 * name them so, too. */
#define GIVEN_ITEM_SQL(kind, id, due) "('" kind ":' || " id " || ':' || " due ")"

/* Appends a condition, in which SQL for the item follows upon the first and SQL for its state upon
 * the second: the item was not given before in that state. Given before is also what was given at a
 * time that is still to come, in any state: then the clock was set back, and the item stands
 * further on than it seems. Of a row whose item was given nothing else is read, if both are told by
 * columns of an index. */
void given_begin_sql(const struct given_to *to, struct query *query);
void given_state_sql(const struct given_to *to, struct query *query);
void given_end_sql(struct query *query);

#endif
