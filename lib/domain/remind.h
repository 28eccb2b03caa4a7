/* SPDX-License-Identifier: MIT */
/* Reminders: one list, to which each source of items adds its own. Between the files of this
 * domain only: what others see of it is in crm.h. */
#ifndef CRM_REMIND_H
#define CRM_REMIND_H

#include "base/decimal.h"
#include "domain/given.h"
#include "record/record.h"

/* What presses most, in the order of the list. */
enum pressure {
    LIMIT_BREACHED,
    LIMIT_AT_RISK, /* or not known */
    WORD_GIVEN,    /* a promise or a planned visit whose day has come */
    VISIT_OVERDUE,
    VISIT_DUE,
    TO_LOOK_AT, /* whom to ask, which tiers to review: no customer waits for it */
    STILL_TO_COME
};

struct why;

/* What an item is, with labels. */
enum { REMIND_KINDS = 9 };
extern const struct choice remind_kinds[REMIND_KINDS];

struct reminder {
    enum pressure pressure;
    int rank;      /* of the tier; set when it is added */
    instant at;    /* due, for the order */
    bool urgent;   /* quiet hours may let it pass */
    bool succeeds; /* the id ends with the day; those of former days are over then */
    const char *id, *kind, *customer, *name, *tier, *due, *state, *owner, *why;
    int64_t late; /* decimal, in units; negative: left */
    const char *unit;
    long line; /* of policy.yaml, where its rule stands; 0: told by `explain` */
    /* Adds the steps of what it is a reminder of. */
    crm_status (*explain)(struct why *why, const struct reminder *item);
    int64_t subject;   /* what that asks the book for: an id */
    const void *basis; /* what it goes by; of the list's arena, and only when that explains */
};

struct reminders {
    struct crm_book *book;
    const crm_reminder_request *request;
    int64_t staff;      /* id; 0: everybody */
    struct given_to to; /* whoever gets the list */
    char now[TIME_TEXT];
    day_number until; /* today, or the last day of the request's `within` */
    bool explains;    /* one of the items will be explained */
    struct reminder *items;
    size_t count, capacity;
    struct arena arena;  /* of the items' texts */
    struct query member; /* SELECT of one customer under the request's filter, by id */
};

/* Fills the list by its request, in no order. */
crm_status reminders_collect(struct reminders *all);
void reminders_release(struct reminders *all);

/* Leaves out what was given before: sources need not, but may, if that is less work. */
crm_status reminders_drop_given(struct reminders *all);
/* All of them were given: within the caller's transaction. */
crm_status reminders_note_given(struct reminders *all);

/* ---- For the sources ---- */

/* To whom an item has to be new; NULL: all items are wanted. */
const struct given_to *reminders_new_to(const struct reminders *all);

/* Adds a copy. Names, tier, due and owner are borrowed and copied; id and why are of the list's
 * arena (arena_printf: NULL, memory ran out, is noticed here), kind, state and unit constant. */
crm_status reminders_add(struct reminders *all, const struct reminder *item);
/* A copy for an item's basis, of the list's arena; NULL in a list that explains nothing. */
const void *reminders_keep(struct reminders *all, const void *basis, size_t size);
/* An item due on that day: at, due (which is `text`), late and unit. */
struct reminder reminder_of_day(const struct crm_book *book, day_number due, char text[DATE_TEXT]);
/* Whether that customer passes the request's filter: for sources that cannot ask it in their SQL.
 */
crm_status reminders_want(struct reminders *all, int64_t customer, bool *wanted);

/* Runs a query over customers t that ends in a condition: of the list's staff, who stands in the
 * column `owner`, and under the request's filter. */
crm_status reminders_query(struct reminders *all, struct query *query, const char *owner,
                           store_row each, void *context);

/* ---- The sources ----
 *
 * Each adds what falls due until all->until and belongs to all->staff (0: everybody) and to
 * customers under the request's filter. */

crm_status remind_visits(struct reminders *all);
crm_status remind_complaints(struct reminders *all);
crm_status remind_care(struct reminders *all);
crm_status remind_surveys(struct reminders *all);
/* Of an evaluation that is missing there is one item, of no customer and nobody's. */
crm_status remind_tiers(struct reminders *all);

#endif
