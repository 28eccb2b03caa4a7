/* SPDX-License-Identifier: MIT */
/* A plan of visits: duties spread over working days, under what each owner can do in a day.
 *
 * Duties are taken by the day they are due, then by tier, then by key. Each goes to a day of its
 * window, from `earliest` to `latest`, on which its owner has room; of those, for a visit face to
 * face, to a day on which the owner is in that city already, else to one on which he does not
 * travel, else to any; then to the one with the least to do, then to the one nearest to the day
 * it is due, then to the earlier. What is late already goes to the nearest in place of the
 * emptiest. A duty without room in its window goes to the first day after it that has some, or to
 * one of the two weeks from there on which the owner is in that city, and is late; without any it
 * is not met. A customer who is due again within the plan gets the next duty
 * as well. The same input gives the same plan; it costs n log n for the duties and n times the days
 * for their places. */
#ifndef CRM_RULES_VISIT_PLAN_H
#define CRM_RULES_VISIT_PLAN_H

#include "rules/visit_days.h"
#include "base/error.h"

#define PLAN_NOWHERE (-1)

enum plan_result {
    PLAN_IN_TIME,    /* within its window */
    PLAN_LATE,       /* later, for want of room */
    PLAN_NO_OWNER,   /* nobody looks after the customer */
    PLAN_NO_CAPACITY /* the owner has no room on any day of the plan */
};

struct plan_duty {
    const char *key; /* of the customer; unique among first duties */
    int owner;       /* 0 … owner_count − 1; PLAN_NOWHERE for none */
    int city;        /* any number; PLAN_NOWHERE for none known */
    int rank;        /* of the tier, 0 the highest */
    bool face;       /* somebody travels */
    day_number due, earliest, latest;
    struct duration every, ahead,
        grace;                     /* for the next duty of the same customer; every.count 0: none */
    const struct visit_days *days; /* of the year, in place of `every`; NULL: none */
    const void *subject;           /* the caller's */

    int day; /* result: index in days, PLAN_NOWHERE for none */
    enum plan_result result;
};

struct visit_plan {
    const day_number *days; /* working days, ascending */
    size_t day_count;
    const int *capacity; /* visits a day, by owner; 0: none */
    size_t owner_count;

    struct plan_duty *duties; /* arranged, in the order in which they were taken */
    size_t duty_count, duty_capacity;
    struct plan_duty *queue; /* still to be arranged */
    size_t queue_count, queue_capacity;
    struct plan_cell *cells; /* owner × day */
    struct arena arena;
};

/* Zero-initialise, set the first four, then add duties and what is planned already, then arrange.
 * All functions set CRM_NO_MEMORY alone. */
crm_status visit_plan_begin(struct visit_plan *plan, struct error *error);
/* A visit that stands already: it takes room. Days that are not in the plan are passed over. */
crm_status visit_plan_reserve(struct visit_plan *plan, int owner, day_number day, int city,
                              struct error *error);
crm_status visit_plan_add(struct visit_plan *plan, const struct plan_duty *duty,
                          struct error *error);
/* Not the duty, which is answered by a visit on that day, but the customer's next one after it, if
 * it is due within the plan. */
crm_status visit_plan_follow(struct visit_plan *plan, const struct plan_duty *duty, day_number made,
                             struct error *error);
crm_status visit_plan_arrange(struct visit_plan *plan, struct error *error);
/* Visits that the owner has on that day. */
int visit_plan_load(const struct visit_plan *plan, int owner, size_t day);
void visit_plan_release(struct visit_plan *plan);

#endif
