/* SPDX-License-Identifier: MIT */
/* Working time: when a limit ends, how much of it is used, and which days people work.
 *
 * A calendar is made of the local intervals of each weekday and, where it has day lists, of days
 * off and make-up working days. On a make-up day the intervals of its own weekday apply if it has
 * any, otherwise those of the first day of the week that has (as a rule Monday's).
 *
 * Intervals are wall-clock times; what is counted between them are real seconds. An interval that
 * holds a shift of the clocks is therefore an hour shorter or longer on that day. */
#ifndef CRM_RULES_CALENDAR_H
#define CRM_RULES_CALENDAR_H

#include "base/date.h"
#include "policy/daylist.h"
#include "policy/policy.h"

/* Sets *out to the list of that year, or to NULL when there is none. */
typedef crm_status (*day_list_source)(void *context, int year, const struct day_list **out,
                                      struct error *error);

struct calendar {
    const struct calendar_policy *policy;
    const struct zone *zone;
    day_list_source lists; /* asked only when policy->holidays is set */
    void *context;         /* of lists */
};

/* Why a span of time counts or does not. */
enum span_kind {
    SPAN_CLOCK,   /* counted: the limit is in clock time */
    SPAN_WORKING, /* counted */
    SPAN_BREAK,   /* between two intervals of a day */
    SPAN_NIGHT,   /* before the first interval of a working day, or after its last */
    SPAN_WEEKEND, /* a weekday without intervals */
    SPAN_HOLIDAY  /* a day off of the list */
};

struct span {
    instant from, to;
    enum span_kind kind;
    const char *name; /* of the holiday or make-up day, else NULL */
};

static inline bool span_counts(const struct span *span)
{
    return span->kind == SPAN_CLOCK || span->kind == SPAN_WORKING;
}

/* Gets each span of the time that was looked at, in order and without holes; neighbours of one kind
 * and name are joined. Anything but CRM_OK ends the calculation with that status. */
typedef crm_status (*span_visitor)(void *context, const struct span *span);
struct span_trace {
    span_visitor visit;
    void *context;
};

/* In all functions: CRM_INVALID with a hint when the calendar has day lists and none for a year
 * that would be needed (it doesn't guess), when it has no working time at all, or when the result
 * is past the year 9999. `trace` may be NULL. */

/* start + limit.
 * m, h: so many seconds later. d, w, mo, y: the same local time so many days … later.
 * wh: the first instant by which so many working hours have passed. The end of an interval is
 * reached on its own day, not at the beginning of the next interval.
 * wd: start, moved on to the next interval if it is outside of all (both ends are inside); then the
 * same local time so many working days later; if that is outside of the day's intervals, the
 * latest working instant before it on that day, or the day's first. */
crm_status calendar_due(const struct calendar *calendar, instant start, struct duration limit,
                        const struct span_trace *trace, instant *due, struct error *error);
/* due − limit: the latest start with that due time, or where no start has it, such as a time at
 * night, with the nearest
 * one before it. */
crm_status calendar_start(const struct calendar *calendar, instant due, struct duration limit,
                          instant *start, struct error *error);
/* The first instant by which `seconds` of working time have passed since `start`; the last instant
 * from which they pass until `start` when negative. */
crm_status calendar_advance(const struct calendar *calendar, instant start, int64_t seconds,
                            const struct span_trace *trace, instant *out, struct error *error);
/* Seconds of working time from a to b; negative when b is before a. */
crm_status calendar_between(const struct calendar *calendar, instant a, instant b,
                            const struct span_trace *trace, int64_t *seconds, struct error *error);
/* Seconds from a to b in the time in which the limit is counted: working time for wh and wd, else
 * clock time. A limit's length is that from its start to its due time. */
crm_status calendar_used(const struct calendar *calendar, struct duration limit, instant a,
                         instant b, const struct span_trace *trace, int64_t *seconds,
                         struct error *error);
/* The first day with working time on or after `date`. */
crm_status calendar_working_day(const struct calendar *calendar, day_number date, day_number *out,
                                struct error *error);
/* Stable English word: clock, working, break, night, weekend, holiday. */
const char *span_kind_name(enum span_kind kind);

#endif
