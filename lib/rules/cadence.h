/* SPDX-License-Identifier: MIT */
/* Cadence 回访周期: when a customer's next visit is due, and how urgent that is on a given day.
 *
 * Next due = the last contact that counts + `every`; for a customer without one, the day the
 * relation began + `first`; then moved on to a working day. A contact counts when it took place and
 * its channel is at least the cadence's in the policy's order: a telephone call does not satisfy a
 * duty to visit face to face. A promise is due on its own day, working day or not, and stands until
 * the next contact by any channel.
 *
 * A customer may have an interval or a channel of its own in place of the tier's, or days of the
 * year in place of any interval: then due is the next such day after the last contact that counts,
 * or after the relation began. */
#ifndef CRM_RULES_CADENCE_H
#define CRM_RULES_CADENCE_H

#include "rules/calendar.h"
#include "rules/visit_days.h"

/* What the visits done so far come to. Zero-initialise, set `rule` and `days`, then cadence_contact
 * for each visit done, in order of time. */
struct cadence_history {
    const struct cadence *rule;
    const struct visit_days *days; /* of the year, in place of an interval; NULL: none */
    bool satisfied;                /* there was a contact that counts */
    day_number counts;             /* day of the last such contact */
    bool promised;                 /* the last contact of all ended with a promise */
    day_number promise;
};

/* `channel` is an index in policy.channels, -1 for one that the policy no longer knows, which
 * counts only where any channel does. `promise` is NULL when nothing was promised. */
void cadence_contact(struct cadence_history *history, int channel, day_number day,
                     const day_number *promise);
/* The rule for a customer in that tier (index); the last tier's for -1, which means unrated. */
const struct cadence *cadence_of_tier(const struct policy *policy, int tier);

/* What a customer has in place of the tier's, as stored; NULL: nothing. */
struct own_cadence {
    const char *every, *channel, *days;
};
/* What holds for one customer. */
struct customer_cadence {
    struct cadence rule;    /* the tier's, with the customer's own in its place */
    struct visit_days days; /* in place of the rule's intervals, if there are some */
    bool own;               /* interval, channel or days are the customer's own */
};
/* `days` is allocated in `arena`. A channel that the policy no longer knows gives way to the
 * tier's. CRM_INVALID, with message and hint, for an interval or days not in their stored form. */
crm_status cadence_of_customer(const struct policy *policy, int tier, const struct own_cadence *own,
                               struct arena *arena, struct customer_cadence *out,
                               struct error *error);

/* The day on which the next visit is due. `calendar` may be NULL: then every day will do. Where the
 * calendar's day lists end before that day, it is moved by weekday alone: to be computed again when
 * the list of that year is there. CRM_NOT_FOUND, without a message, where it is a day of the lunar
 * calendar that is not known so far. */
crm_status cadence_due(const struct cadence_history *history, day_number since,
                       const struct calendar *calendar, day_number *due, struct error *error);

/* What a customer takes: one visit every interval, a month being 30.4375 days (a twelfth of
 * 365.25), or on each of its days of the year; and each visit's minutes. */
double cadence_visits_a_month(const struct customer_cadence *cadence);
double cadence_hours_a_month(const struct customer_cadence *cadence);
/* The same in a sentence, to be translated. */
extern const char *const cadence_load_definition;

enum duty_state {
    DUTY_FIRST,    /* as DUTY_DUE, of a customer without any contact that counts */
    DUTY_DUE,      /* up to the due day and the grace after it */
    DUTY_PROMISED, /* a promise, however late */
    DUTY_OVERDUE   /* past the grace */
};

/* State of a duty to visit on `today`. */
enum duty_state cadence_state(const struct cadence *rule, bool satisfied, day_number due,
                              day_number today);
/* The first day of duties that are not overdue on `today`: all those due before it are. */
day_number cadence_overdue_before(const struct cadence *rule, day_number today);
/* Stable English word: first, due, promised, overdue. */
const char *duty_state_name(enum duty_state state);

#endif
