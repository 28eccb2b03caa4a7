/* SPDX-License-Identifier: MIT */
/* The walk over the days of a calendar, each cut into spans. For the files of the engine only:
 * others ask rules/calendar.h. */
#ifndef CRM_RULES_CALENDAR_WALK_H
#define CRM_RULES_CALENDAR_WALK_H

#include "rules/calendar.h"

enum { DAY_SECONDS = 86400 };

struct day {
    day_number date;
    const struct interval *intervals;
    size_t count;
    const struct listed_day *listed; /* NULL: an ordinary day */
};

/* Goes from day to day and keeps the lists of the year at hand. */
struct walk {
    const struct calendar *calendar;
    struct error *error;
    struct day day;
    size_t piece; /* of the day: 0 … 2 × count, intervals at the odd ones */
    int year;     /* of `list`; 0 before the first day */
    const struct day_list *list, *next_list;
    bool next_list_loaded;
    /* The edge looked up last: the next span begins where this one ends. */
    int64_t edge_local;
    instant edge;
};

/* Begins on the day of that instant, at its first piece. */
crm_status walk_begin(struct walk *walk, const struct calendar *calendar, instant at,
                      struct error *error);
crm_status walk_to_day(struct walk *walk, day_number date);
/* The piece of the day at hand. Those of a day follow each other without holes, and so do the days.
 */
struct span walk_span(struct walk *walk);
crm_status walk_next(struct walk *walk);
crm_status walk_previous(struct walk *walk);

/* CRM_INVALID when the calendar has no working time at all. */
crm_status walk_refuse_closed(const struct calendar *calendar, struct error *error);
/* Of a limit that leads out of the years that there are. */
crm_status walk_refuse_range(struct error *error);

/* ---- Working days: working_days.c ---- */

/* Where so many working days, 0 or more, lead from `start`. */
crm_status working_days_after(const struct calendar *calendar, instant start, int64_t days,
                              instant *out, struct error *error);
/* The latest start from which so many working days lead to `due`, or to what is before it. */
crm_status working_days_before(const struct calendar *calendar, instant due, int64_t days,
                               instant *start, struct error *error);

#endif
