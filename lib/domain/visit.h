/* SPDX-License-Identifier: MIT */
/* Visits: the dates kept of them, and the duties that follow from those dates. */
#ifndef CRM_VISIT_H
#define CRM_VISIT_H

#include "domain/given.h"
#include "record/record.h"
#include "rules/cadence.h"

/* ---- Records ---- */

/* What a new visit says beyond its fields, and whether it makes sense: a visit done has a time that
 * has come and a channel, contact and complaint are the customer's own, … */
crm_status visit_complete(struct crm_book *book, struct record *record);
/* The same for visit `id` as it will be after `record` was written over it. */
crm_status visit_check_update(struct crm_book *book, const struct record *record, int64_t id);

/* ---- Owners ---- */

/* Who looks after the customer; 0: nobody. */
crm_status visit_owner(struct crm_book *book, int64_t customer, int64_t *out);
/* What the one was to visit becomes the other's: the customer's planned visits that are still to
 * come, unless a third person was to make them. Only those recorded after entry `since`. Does
 * nothing where one of the two is nobody (0). They are counted in book->passed_on. */
crm_status visit_pass_on(struct crm_book *book, int64_t customer, int64_t from, int64_t to,
                         int64_t since);

/* ---- Dates kept with each customer: last_visit_on, next_visit_on, promise_on, next_survey_on ----
 *
 * The last one is the day of the next survey by time, null where the policy asks nobody so.
 * The relation began on the customer's since-date, else on the day of the first order, else on the
 * day the record was made. */

/* After any change of the customer's visits, tier, status, since-date, first order or last survey.
 */
crm_status visit_refresh(struct crm_book *book, int64_t customer);
crm_status visit_refresh_many(struct crm_book *book, const int64_t *customers, size_t count);
/* All those with ids from `first` to `last`. */
crm_status visit_refresh_range(struct crm_book *book, int64_t first, int64_t last);
enum { VISIT_DATES = 4 };
extern const char *const visit_date_columns[VISIT_DATES];
/* How many of them a customer may have: without the last one where nobody is asked by time. */
size_t visit_date_count(const struct policy *policy);
/* The same for somebody who writes the customers' rows anyway: the dates of one customer after the
 * other, in the order of their ids, all of them from `first` to `last`. `first_order` is the day of
 * the first order where the row does not know it yet. The values live until the next call. Free in
 * any case. */
struct visit_dates;
crm_status visit_dates_begin(struct crm_book *book, int64_t first, int64_t last,
                             struct visit_dates **out);
crm_status visit_dates_of(struct visit_dates *dates, int64_t customer, const char *first_order,
                          struct value out[VISIT_DATES]);
void visit_dates_free(struct visit_dates *dates);
/* Whether so many customers between these ids are better read in one run than one by one. */
bool visit_are_dense(int64_t first, int64_t last, size_t count);
/* After changes of all customers: one pass over all, which writes what differs. Within the
 * caller's transaction. */
crm_status visit_refresh_all(struct crm_book *book);
/* What the pass over all customers comes to beside what is stored: the dates of each customer of
 * whom one of them differs. Nothing is written. */
struct visit_comparison {
    crm_status (*differs)(void *context, int64_t customer, const struct value *stored,
                          const struct value *computed);
    /* The dates cannot be computed: the book's error says why. CRM_OK goes on. */
    crm_status (*fails)(void *context, int64_t customer, crm_status status);
    void *context;
};
crm_status visit_compare_all(struct crm_book *book, const struct visit_comparison *comparison);
/* Whether the dates were computed by the policy, calendar and day lists that hold now. */
crm_status visit_is_settled(struct crm_book *book, bool *settled);
/* They were: for a book without customers. */
crm_status visit_note_settled(struct crm_book *book);
/* Before dates are read: computes all of them anew when the policy's cadence, the calendar or its
 * day lists are no longer those that they were computed by. A book that was opened for reading is
 * reopened for writing then. In a dry run the transaction stays open, to be ended by the caller's
 * book_end, which does nothing when there is none. */
crm_status visit_settle(struct crm_book *book);
/* The same for a command that only shows: where it fails, as of a book that cannot be written now
 * or by a damaged day list, the dates stay as they are, which a note says. */
crm_status visit_settle_to_read(struct crm_book *book, struct crm_sink *sink);

/* ---- Duties ---- */

/* A visit that is due, or a promise. Texts are in the list's arena. */
struct duty {
    int64_t customer; /* id */
    const char *key, *name;
    const char *tier;  /* NULL: unrated */
    int rank;          /* of the tier; unrated comes last */
    const char *owner; /* login; NULL: none */
    int64_t owner_id;  /* 0: none */
    const char *city;  /* NULL: not known */
    enum duty_state state;
    day_number due;
    int days_late; /* negative: days left */
    const struct cadence *rule;
    const struct visit_days *days; /* of the year, in place of the rule's interval; NULL: none */
    const char *on_days;           /* the same as stored */
    bool own;                      /* the rule, or the days, are the customer's own */
    bool satisfied;                /* there was a contact that counts */
    day_number last_on;            /* when; set if satisfied */
    const char *channel;           /* the weakest that will do, or "any" */
    const char *planned_on;        /* day of the next planned visit; NULL: none */
    int64_t promised_at;           /* visit at which the promise was given; 0: no promise */
};

struct duty_list {
    struct arena arena;
    struct duty *items; /* most urgent first */
    size_t count, capacity;
};

/* What to look for; all members may be NULL. */
struct duty_request {
    const struct crm_filter *filter; /* on the customer */
    const char *staff;               /* only those whose owner this is */
    const char *within;              /* also what falls due in that time */
    const struct given_to *new_to;   /* only duties of which this one was not reminded */
};

/* Duties due until the end of the request's time. Zero-initialise *out; duty_list_release at the
 * end. */
crm_status visit_duties(struct crm_book *book, const struct duty_request *request,
                        struct duty_list *out);
/* The same until that day, whatever `within` says. */
crm_status visit_duties_until(struct crm_book *book, const struct duty_request *request,
                              day_number until, struct duty_list *out);
void duty_list_release(struct duty_list *list);
/* Last day of "within": today for NULL. Days, weeks, months, years; CRM_USAGE for other units. */
crm_status visit_horizon(struct crm_book *book, const char *within, day_number *out);

#endif
